"""MLServer: a custom runtime behind adaptive batching."""

import json
from pathlib import Path

import inference
from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.types import InferenceRequest, InferenceResponse


class SentimentRuntime(MLModel):
    """Takes the input `text` (BYTES) of the V2 protocol; each output string is one prediction as JSON."""

    async def load(self) -> bool:
        """Loads the model that `parameters.uri` names."""
        self._model = inference.model_fn(str(Path(self.settings.parameters.uri)))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """One prediction for each text of the merged batch."""
        texts = StringCodec.decode_input(payload.inputs[0])
        predictions = inference.predict_fn(inference.Texts(texts, "many"), self._model).items
        output = StringCodec.encode_output("prediction", [json.dumps(item) for item in predictions])
        return InferenceResponse(model_name=self.name, outputs=[output])
