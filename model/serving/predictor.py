"""Loads a model together with the inference.py that it was packed with."""

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import inference
    from inference import Model, Prediction, RequestError, Shape, Texts, Tokens

_OWN_INFERENCE = Path(__file__).parents[1] / "inference.py"


class InferenceModule(Protocol):
    """What the server needs of an inference.py."""

    MAX_BATCH: int
    MAX_BATCH_TOKENS: int
    RequestError: "type[RequestError]"
    Predictions: "type[inference.Predictions]"

    def model_fn(self, model_dir: str) -> "Model":
        """Loads a model."""

    def input_fn(self, body: bytes, content_type: str) -> "Texts":
        """Reads a request."""

    def encode(self, texts: Sequence[str], model: "Model") -> "list[Tokens]":
        """Tokenizes texts."""

    def predict_batch(self, batch: "Sequence[Tokens]", model: "Model") -> "list[Prediction]":
        """Predicts texts in one run of the model."""

    def output_type(self, shape: "Shape", accept: str) -> str:
        """Chooses the content type of an answer."""

    def output_fn(self, predictions: "inference.Predictions", accept: str) -> tuple[str, str]:
        """Writes a body, and names its content type."""


class Predictor:
    """A loaded model; safe to use from several threads."""

    def __init__(self, model_dir: Path) -> None:
        """Runs `code/inference.py` of the model where it has one, else the one of this working tree.

        Raises OSError when a file of the model is missing, ValueError when one is not what it should be.
        """
        packed = model_dir / "code" / "inference.py"
        self.inference = _load(packed if packed.exists() else _OWN_INFERENCE)
        self._model = self.inference.model_fn(str(model_dir))

    def encode(self, texts: Sequence[str]) -> "list[Tokens]":
        """The tokens of each text."""
        return self.inference.encode(texts, self._model)

    def predict(self, batch: "Sequence[Tokens]") -> "list[Prediction]":
        """Predicts encoded texts in one run of the model."""
        return self.inference.predict_batch(batch, self._model)


def _load(path: Path) -> InferenceModule:
    spec = importlib.util.spec_from_file_location("served_inference", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast(InferenceModule, module)  # a module made at run time has no static type
