"""Writes the linear model as an ONNX graph whose answer for a text does not depend on the texts in its batch.

The weights are 16-bit integers and are added as 32-bit ones: integer sums are exact, so neither padding nor
the order of addition can change them.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from inference import LABELS
from onnx import TensorProto, helper, numpy_helper

from training.classifier import LinearModel
from training.features import BUCKETS, FeatureSpace

_OPSET, _IR_VERSION = 17, 8
_INT16_MAX = 32767


def export(model: LinearModel, space: FeatureSpace, path: Path) -> None:
    """Writes a graph: int64 `input_ids`, `attention_mask` [batch, tokens] -> float32 `logits` [batch, 3]."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(LABELS)])]
    graph = helper.make_graph(_nodes(), "sentiment", inputs, outputs, _constants(model, space))
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
    onnx.checker.check_model(proto, full_check=True)
    path.write_bytes(proto.SerializeToString(deterministic=True))


def _constants(model: LinearModel, space: FeatureSpace) -> list[TensorProto]:
    columns = np.column_stack([model.weights, model.squares])
    scale = np.maximum(np.abs(columns).max(axis=0), np.finfo(np.float32).tiny) / _INT16_MAX
    values: dict[str, npt.ArrayLike] = {
        "table": np.round(columns / scale).astype(np.int16),
        "scale": scale.astype(np.float32),
        "bias": model.bias.astype(np.float32),
        "multiplier": space.multiplier,
        "buckets": BUCKETS,
        "vocabulary_size": space.vocabulary_size,
        "one_float": np.float32(1),
        "labels": [len(LABELS)],
        **{"zero": [0], "one": [1], "two": [2], "minus_one": [-1], "end": [np.iinfo(np.int64).max]},
        **{"frame": [0, 1, 0, 1], "before": [0, 1, 0, 0], "zero_pad": 0, "one_pad": 1},
    }
    return [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()]


def _nodes() -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        # token ids, with padding as 0; the pairs' columns as FeatureSpace defines them
        node("Mul", ["input_ids", "attention_mask"], ["tokens"]),
        node("Pad", ["tokens", "frame", "zero_pad"], ["framed"]),
        node("Slice", ["framed", "zero", "minus_one", "one"], ["left"]),
        node("Slice", ["framed", "one", "end", "one"], ["right"]),
        node("Mul", ["left", "multiplier"], ["multiplied"]),
        node("Add", ["multiplied", "right"], ["hashed"]),
        node("Mod", ["hashed", "buckets"], ["bucket"]),
        node("Add", ["bucket", "vocabulary_size"], ["pairs"]),
        node("Concat", ["tokens", "pairs"], ["columns"], axis=1),
        # 1 for a column that the text has: a pair counts when it begins at the frame or at a token
        node("Pad", ["attention_mask", "before", "one_pad"], ["pair_mask"]),
        node("Concat", ["attention_mask", "pair_mask"], ["mask"], axis=1),
        node("Cast", ["mask"], ["present"], to=TensorProto.INT32),
        node("Unsqueeze", ["present", "two"], ["factors"]),
        # exact sums of weights and of squares
        node("Gather", ["table", "columns"], ["stored"]),
        node("Cast", ["stored"], ["integers"], to=TensorProto.INT32),
        node("Mul", ["integers", "factors"], ["counted"]),
        node("ReduceSum", ["counted", "one"], ["sums"], keepdims=0),
        # LinearModel's formula
        node("Cast", ["sums"], ["floats"], to=TensorProto.FLOAT),
        node("Mul", ["floats", "scale"], ["scaled"]),
        node("Slice", ["scaled", "zero", "labels", "one"], ["weighted"]),
        node("Slice", ["scaled", "labels", "end", "one"], ["squared"]),
        node("Max", ["squared", "one_float"], ["bounded"]),
        node("Sqrt", ["bounded"], ["length"]),
        node("Div", ["weighted", "length"], ["normalised"]),
        node("Add", ["normalised", "bias"], ["logits"]),
    ]
