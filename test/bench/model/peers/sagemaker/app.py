"""The WSGI application of SageMaker's scikit-learn container, around inference.py's four functions."""

import inference
from sagemaker_containers.beta.framework import transformer, worker

_transformer = transformer.Transformer(
    model_fn=inference.model_fn,
    input_fn=inference.input_fn,
    predict_fn=inference.predict_fn,
    output_fn=inference.output_fn,
)
_transformer.initialize()  # loads $SAGEMAKER_BASE_DIR/model
app = worker.Worker(transform_fn=_transformer.transform, module_name="inference")
