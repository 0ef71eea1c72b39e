"""A model small enough to know its answers by heart."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit
from tokenizers.processors import TemplateProcessing

ROOT = Path(__file__).parents[2]
_WORDS = ["<unk>", "<pad>", "<s>", "good", "plain", "bad"]
_PAD = 1
# Each known word adds to one logit. Tokens that were counted despite their mask, or padding with another id
# than the tokenizer's, would turn answers to "neutral".
_MASKED_WEIGHTS = [[0, 0, 0], [0, 99, 0], [0, 0.5, 0], [2, 0, 0], [0, 2, 0], [0, 0, 2]]
_UNMASKED_WEIGHTS = [[0, 1, 0], *[[0, 0, 0]] * 5]


@pytest.fixture(scope="session")
def word_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that counts "good", "plain" and "bad", with a special token and a padding id other than 0."""
    folder = tmp_path_factory.mktemp("word-model")
    _tokenizer().save(str(folder / "tokenizer.json"))
    (folder / "model.onnx").write_bytes(_graph().SerializeToString())
    files = {
        name: sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")
    }
    manifest = {"labels": ["positive", "neutral", "negative"], "maxTokens": 8, "files": files}
    (folder / "model.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="session")
def artifact() -> Path:
    """The model that ships."""
    return ROOT / "model" / "artifact"


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({word: id_ for id_, word in enumerate(_WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", _WORDS.index("<s>"))]
    )
    tokenizer.enable_padding(pad_id=_PAD, pad_token="<pad>")
    return tokenizer


def _graph() -> onnx.ModelProto:
    ids, mask = (
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    )
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])
    nodes = [
        helper.make_node("Gather", ["masked_weights", "input_ids"], ["gathered"]),
        helper.make_node("Unsqueeze", ["attention_mask", "last"], ["column"]),
        helper.make_node("Cast", ["column"], ["factors"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["gathered", "factors"], ["counted"]),
        helper.make_node("Gather", ["unmasked_weights", "input_ids"], ["unmasked"]),
        helper.make_node("Add", ["counted", "unmasked"], ["added"]),
        helper.make_node("ReduceSum", ["added", "tokens_axis"], ["logits"], keepdims=0),
    ]
    constants = [
        numpy_helper.from_array(np.array(_MASKED_WEIGHTS, np.float32), "masked_weights"),
        numpy_helper.from_array(np.array(_UNMASKED_WEIGHTS, np.float32), "unmasked_weights"),
        numpy_helper.from_array(np.array([2]), "last"),
        numpy_helper.from_array(np.array([1]), "tokens_axis"),
    ]
    graph = helper.make_graph(nodes, "words", [ids, mask], [logits], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
