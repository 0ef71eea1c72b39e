"""Loads a model together with the inference.py that it was packed with, and answers requests through it."""

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from inference import RequestError

_OWN_INFERENCE = Path(__file__).parents[1] / "inference.py"


class InferenceModule(Protocol):
    """What the server needs of an inference.py; data and models are its own business."""

    RequestError: "type[RequestError]"

    def model_fn(self, model_dir: str) -> object:
        """Loads a model."""

    def input_fn(self, body: bytes, content_type: str) -> object:
        """Reads a request."""

    def predict_fn(self, data: object, model: object) -> object:
        """Predicts what was read."""

    def output_fn(self, predictions: object, accept: str) -> tuple[str, str]:
        """Writes a body, and names its content type."""


class Predictor:
    """A loaded model; safe to use from several threads."""

    def __init__(self, model_dir: Path) -> None:
        """Runs `code/inference.py` of the model where it has one, else the one of this working tree.

        Raises OSError when a file of the model is missing.
        """
        packed = model_dir / "code" / "inference.py"
        self._inference = _load(packed if packed.exists() else _OWN_INFERENCE)
        self._model = self._inference.model_fn(str(model_dir))
        self.request_error = self._inference.RequestError

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[str, str]:
        """The response's body and content type. Raises `request_error` where the request is at fault."""
        data = self._inference.input_fn(body, content_type)
        return self._inference.output_fn(self._inference.predict_fn(data, self._model), accept)


def _load(path: Path) -> InferenceModule:
    spec = importlib.util.spec_from_file_location("served_inference", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast(InferenceModule, module)  # a module made at run time has no static type
