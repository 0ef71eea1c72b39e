"""The exported graph: quantized close to floats, blind to the rest of a batch, the same on every CPU."""

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper
from tiny import CONFIG, random_weights
from training.graph import build_graph

Ids = npt.NDArray[np.int64]


def session(quantized: bool = True, extra: str | None = None) -> onnxruntime.InferenceSession:
    graph = build_graph(random_weights(), CONFIG, quantized)
    if extra:
        graph.graph.output.append(onnx.ValueInfoProto(name=extra))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(graph.SerializeToString(), options)


def texts(lengths: list[int], seed: int = 0) -> list[Ids]:
    draw = np.random.default_rng(seed)
    return [draw.integers(1, CONFIG.vocab_size, length) for length in lengths]


def padded(batch: list[Ids], padding: int = 0) -> tuple[Ids, Ids]:
    shape = len(batch), max(len(text) for text in batch)
    ids, mask = np.full(shape, padding), np.zeros(shape, np.int64)
    for row, text in enumerate(batch):
        ids[row, : len(text)], mask[row, : len(text)] = text, 1
    return ids, mask


def logits(
    model: onnxruntime.InferenceSession, batch: list[Ids], padding: int = 0
) -> npt.NDArray[np.float32]:
    ids, mask = padded(batch, padding)
    found: npt.NDArray[np.float32] = model.run(["logits"], {"input_ids": ids, "attention_mask": mask})[0]
    return found


def test_quantization_changes_little() -> None:
    batch = texts([3, 9, 17, 30] * 25)
    exact, quantized = (logits(session(choice), batch) for choice in (False, True))
    assert np.sqrt(np.square(exact - quantized).mean()) < 0.1 * exact.std()
    assert (exact.argmax(1) == quantized.argmax(1)).mean() > 0.9
    assert len(set(exact.argmax(1))) == 3


@pytest.mark.parametrize("quantized", [False, True])
def test_a_text_has_one_answer_alone_and_in_any_batch(quantized: bool) -> None:
    model = session(quantized)
    batch = texts(list(range(1, 31)))
    alone = np.concatenate([logits(model, [text]) for text in batch])
    together = logits(model, batch)
    np.testing.assert_allclose(together, alone, atol=1e-4)
    order = np.random.default_rng(3).permutation(len(batch))
    np.testing.assert_allclose(logits(model, [batch[i] for i in order]), alone[order], atol=1e-4)


def test_what_stands_in_the_padding_does_not_matter() -> None:
    model, batch = session(), texts([4, 20])
    np.testing.assert_array_equal(logits(model, batch, padding=0), logits(model, batch, padding=9))


@pytest.mark.parametrize("part", ["layers.0.up.activations", "layers.1.gelu", "layers.1.output_norm.normed"])
def test_padding_costs_linear_layers_and_norms_nothing(part: str) -> None:
    batch = texts([3, 30, 9])
    ids, mask = padded(batch)
    (rows,) = session(extra=part).run([part], {"input_ids": ids, "attention_mask": mask})
    assert len(rows) == sum(map(len, batch)) < ids.size


def test_weights_are_bytes() -> None:
    constants = {
        item.name: numpy_helper.to_array(item)
        for item in build_graph(random_weights(), CONFIG, True).graph.initializer
    }
    large = {name: value.dtype for name, value in constants.items() if value.ndim == 2 and value.size > 1000}
    assert large.pop("positions.weight", None) in (None, np.float32)
    assert large and set(large.values()) == {np.dtype(np.int8)}


@pytest.mark.parametrize("layer", ["up", "down"])
def test_sums_of_two_products_fit_16_bits(layer: str) -> None:
    """What CPUs without VNNI need: otherwise they saturate, and answer differently."""
    name = f"layers.1.{layer}"
    model = session(extra=f"{name}.activations")
    (text,) = texts([25])
    inputs = {"input_ids": text[None], "attention_mask": np.ones((1, 25), np.int64)}
    (activations,) = model.run([f"{name}.activations"], inputs)
    assert activations.dtype == np.uint8 and 100 < int(activations.max()) <= 127
    assert 2 * int(activations.max()) * 127 <= np.iinfo(np.int16).max


def test_the_same_weights_give_the_same_bytes() -> None:
    first, second = (
        build_graph(random_weights(), CONFIG, True).SerializeToString(deterministic=True) for _ in "ab"
    )
    assert first == second
