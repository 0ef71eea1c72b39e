"""Writes the classifier as an ONNX graph: `input_ids`, `attention_mask` (int64 [batch, tokens]) -> `logits`.

Every node works on one token or on one text, so an answer does not depend on the other texts of its batch.
Tokens are taken out of the padding first: [rows, hidden], one row for each token of all texts. Only
attention, which relates a text's tokens to each other, lays the texts out side by side again.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnx
from inference import LABELS
from onnx import TensorProto, helper, numpy_helper

from training.config import EncoderConfig

Array = npt.NDArray[np.float32]
Weights = Mapping[str, Array]
Quantized = tuple[npt.NDArray[np.int8], Array]

_OPSET, _IR_VERSION = 17, 8
_RUNTIME = "com.microsoft"  # ONNX Runtime's own operators
_WEIGHT_MAX = 127
# Seven bits, 0 to 127. On CPUs without VNNI instructions ONNX Runtime adds pairs of products in 16 bits,
# saturating: 2 * 127 * 127 fits, and so every CPU gives the same answers.
_ACTIVATION_MAX, _ACTIVATION_ZERO = 127, 64
_GELU_MIN = -0.17  # what GELU never falls below


def build_graph(weights: Weights, config: EncoderConfig, quantized: bool) -> onnx.ModelProto:
    """The graph of a Classifier's state, whose names and shapes `weights` has.

    Quantized, a linear layer multiplies integers: 8-bit weights with one scale an output, 7-bit activations
    with one scale a token, found as the token is seen. Logits are float32 [batch, 3].
    """
    graph = _Graph(weights, config, quantized)
    hidden = graph.embed()
    for index in range(config.num_hidden_layers):
        hidden = graph.layer(f"layers.{index}", hidden)
    graph.classify(hidden)
    return graph.finish()


class _Graph:
    """Collects nodes and constants; a method adds one part and returns the name of its output."""

    def __init__(self, weights: Weights, config: EncoderConfig, quantized: bool) -> None:
        self._weights, self._config, self._quantized = weights, config, quantized
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def embed(self) -> str:
        """Words and positions of all tokens, normalized: [rows, hidden]."""
        self._find_tokens()
        table = self._constant("positions.weight", self._weights["positions.weight"])
        positions = self._node("Gather", [table, "position"], "positions")
        return self._norm("norm", self._node("Add", [self._words(), positions], "embedded"))

    def layer(self, name: str, hidden: str) -> str:
        """Self-attention and a feed-forward network, each with a residual connection and a norm after it."""
        attended = self._linear(f"{name}.attention_out", self._attend(name, hidden))
        # Add and LayerNormalization: the fused SkipLayerNormalization takes five times as long
        added = self._node("Add", [attended, hidden], f"{name}.attention_added")
        hidden = self._norm(f"{name}.attention_norm", added)
        raised = self._node("Gelu", [self._linear(f"{name}.up", hidden)], f"{name}.gelu", _RUNTIME)
        lowered = self._linear(f"{name}.down", raised, lowest=_GELU_MIN)
        added = self._node("Add", [lowered, hidden], f"{name}.output_added")
        return self._norm(f"{name}.output_norm", added)

    def classify(self, hidden: str) -> None:
        """The mean of the tokens that are no padding, and the head."""
        one, two = self._ints("one", 1), self._ints("two", 2)
        mask = self._node("Cast", ["attention_mask"], "mask", to=TensorProto.FLOAT)
        shares = self._node("Unsqueeze", [mask, two], "shares")
        spread = self._node("Gather", [hidden, "row_at"], "spread")
        kept = self._node("Mul", [spread, shares], "kept")
        total = self._node("ReduceSum", [kept, one], "total", keepdims=0)
        count = self._node("ReduceSum", [shares, one], "count", keepdims=0)
        pooled = self._node("Div", [total, count], "pooled")
        head = [self._constant("head.weight", self._weights["head.weight"].T), self._bias("head")]
        self._node("Gemm", [pooled, *head], "logits")

    def finish(self) -> onnx.ModelProto:
        """The checked model."""
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(LABELS)])]
        graph = helper.make_graph(self._nodes, "sentiment", inputs, outputs, list(self._constants.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_RUNTIME, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        onnx.checker.check_model(model)
        return model

    def _find_tokens(self) -> None:
        """The rows' `ids`, where they stand in the padded texts (`places`) and in their own (`position`).

        `row_at` [batch, tokens] is the reverse of `places`. In the padding it is the row of some other token,
        at which attention does not look.
        """
        flat, zero = self._ints("flat", -1), self._ints("zero", 0)
        self._node("Cast", ["attention_mask"], "padding", to=TensorProto.INT32)
        mask = self._node("Reshape", ["attention_mask", flat], "flat_mask")
        found = self._node("NonZero", [mask], "found")
        places = self._node("Squeeze", [found, zero], "places")
        self._node("Gather", [self._node("Reshape", ["input_ids", flat], "flat_ids"), places], "ids")
        shape = self._node("Shape", ["input_ids"], "shape")
        longest = self._node("Slice", [shape, self._ints("one", 1), self._ints("two", 2)], "longest")
        self._node("Mod", [places, longest], "position")
        seen = self._node("CumSum", [mask, self._constant("first_axis", np.int64(0))], "seen")
        before = self._node("Sub", [seen, self._ints("one", 1)], "before")
        self._node("Reshape", [before, shape], "row_at")
        if self._quantized:  # `offsets` [rows]: an equal one each, as QuantizeLinear wants them
            offset = self._constant(f"zero_{_ACTIVATION_ZERO}", np.uint8(_ACTIVATION_ZERO))
            self._node("Expand", [offset, self._node("Shape", [places], "tokens")], "offsets")

    def _words(self) -> str:
        table = self._weights["words.weight"]
        if not self._quantized:
            return self._node("Gather", [self._constant("words.weight", table), "ids"], "words")
        integers, scales = _quantize(table, axis=1)
        stored = self._node("Gather", [self._constant("words.weight", integers), "ids"], "stored")
        scale = self._node("Gather", [self._constant("words.scale", scales), "ids"], "words.scales")
        return self._node("Mul", [self._node("Cast", [stored], "cast", to=TensorProto.FLOAT), scale], "words")

    def _attend(self, name: str, hidden: str) -> str:
        joined = self._linear(f"{name}.query_key_value", hidden)
        parts = [f"{name}.query", f"{name}.key", f"{name}.value"]
        sizes = self._ints("sizes", *[self._config.hidden_size] * len(parts))
        spread = self._node("Gather", [joined, "row_at"], f"{name}.spread")
        self._nodes.append(helper.make_node("Split", [spread, sizes], parts, axis=-1))
        heads = self._config.num_attention_heads
        inputs = [*parts, "", "padding"]
        attended = self._node("MultiHeadAttention", inputs, f"{name}.attended", _RUNTIME, num_heads=heads)
        shape = self._ints("shape_of_rows", -1, self._config.hidden_size)
        flat = self._node("Reshape", [attended, shape], f"{name}.flat")
        return self._node("Gather", [flat, "places"], f"{name}.gathered")

    def _linear(self, name: str, rows: str, lowest: float | None = None) -> str:
        """`rows @ weight + bias`; where `lowest` bounds the rows from below, their integers start there."""
        weight, bias = self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"]
        if not self._quantized:
            product = self._node(
                "MatMul", [rows, self._constant(f"{name}.weight", weight)], f"{name}.product"
            )
        elif lowest is None:
            product = self._quantized_product(name, rows, _quantize(weight, axis=0), _ACTIVATION_ZERO)
        else:
            integers, scales = _quantize(weight, axis=0)
            shift = lowest * integers.sum(axis=0) * scales[0]
            bias = bias + shift.astype(np.float32)
            rows = self._node("Sub", [rows, self._float("lowest", lowest)], f"{name}.shifted")
            product = self._quantized_product(name, rows, (integers, scales), 0)
        return self._node("Add", [product, self._constant(f"{name}.bias", bias)], f"{name}.linear")

    def _quantized_product(self, name: str, rows: str, weight: Quantized, zero: int) -> str:
        """`zero` is the integer that stands for 0: below it lie those of negative numbers, if any."""
        steps = self._steps(name, rows, zero)
        offsets = ["offsets"] if zero else []
        activations = self._node("QuantizeLinear", [rows, steps, *offsets], f"{name}.activations", axis=0)
        integers, scales = weight
        matrix = self._constant(f"{name}.weight", integers)
        factors = self._constant(f"{name}.scales", scales.reshape(-1))
        one, offset = self._float("one_step", 1), self._constant(f"zero_{zero}", np.uint8(zero))
        inputs = [activations, matrix, one, factors, offset]
        exact = self._node("MatMulIntegerToFloat", inputs, f"{name}.exact", _RUNTIME)
        column = self._node("Unsqueeze", [steps, self._ints("one", 1)], f"{name}.column")
        return self._node("Mul", [exact, column], f"{name}.product")

    def _steps(self, name: str, rows: str, zero: int) -> str:
        """What one step of each token's activations is worth: [rows]."""
        sizes = self._node("Abs", [rows], f"{name}.sizes") if zero else rows
        largest = self._node("ReduceMax", [sizes], f"{name}.largest", axes=[-1], keepdims=0)
        step = self._float(f"step_{zero}", 1 / (_ACTIVATION_MAX - zero))
        return self._node("Mul", [largest, step], f"{name}.steps")

    def _norm(self, name: str, rows: str) -> str:
        parameters = [self._constant(f"{name}.weight", self._weights[f"{name}.weight"]), self._bias(name)]
        epsilon = self._config.layer_norm_eps
        return self._node("LayerNormalization", [rows, *parameters], f"{name}.normed", epsilon=epsilon)

    def _bias(self, name: str) -> str:
        return self._constant(f"{name}.bias", self._weights[f"{name}.bias"])

    def _float(self, name: str, value: float) -> str:
        return self._constant(name, np.float32(value))

    def _ints(self, name: str, *values: int) -> str:
        return self._constant(name, np.array(values))

    def _constant(self, name: str, value: npt.ArrayLike) -> str:
        self._constants[name] = numpy_helper.from_array(
            np.ascontiguousarray(value).reshape(np.shape(value)), name
        )
        return name

    def _node(
        self,
        operator: str,
        inputs: Sequence[str],
        output: str,
        domain: str = "",
        **attributes: float | list[int],
    ) -> str:
        node = helper.make_node(operator, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return output


def _quantize(values: Array, axis: int) -> Quantized:
    """Symmetric 8-bit integers and the scales, one for each slice along the other axis."""
    scales = np.maximum(np.abs(values).max(axis=axis, keepdims=True), np.finfo(np.float32).tiny) / _WEIGHT_MAX
    return np.round(values / scales).astype(np.int8), scales.astype(np.float32)
