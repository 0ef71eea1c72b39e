"""The pre-trained encoder that training starts from, read from the package that carries it."""

import io
import zipfile

import onnx
import torch
from inference import LABELS
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import Tensor

from training.config import EncoderConfig
from training.encoder import Classifier
from training.tokenizer import MAX_TOKENS, emoji_words, make_tokenizer

_WEIGHTS, _TOKENIZER = ".onnx", "-tokenizer.json"
_HEAD_SIZE, _EPSILON = 32, 1e-12  # of every encoder of MiniLM's family; the graph tells them only in passing

# Hugging Face's name of a layer's module -> ours. Query, key and value are one matrix here.
_MODULES = {
    "attention.output.dense": "attention_out",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "up",
    "output.dense": "down",
    "output.LayerNorm": "output_norm",
}


class Encoder:
    """A published encoder of BERT's kind; `tokenizer` is its own, fitted to the classifier."""

    def __init__(self, package: bytes) -> None:
        """Reads a zip archive that holds one `*.onnx`, exported by Optimum, and one `*-tokenizer.json`."""
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            files = {ending: _only(archive, ending) for ending in (_WEIGHTS, _TOKENIZER)}
        self._stored = _read_weights(files[_WEIGHTS])
        self._published = Tokenizer.from_buffer(files[_TOKENIZER])
        self.tokenizer = make_tokenizer(self._published)

    def classifier(self) -> Classifier:
        """The encoder with a head of zeros; the tokenizer's emoji begin as the mean of their names' words."""
        weights = self._ends()
        layers = sum(name.endswith("attention.self.query.weight") for name in self._stored)
        for index in range(layers):
            weights.update(self._layer(f"encoder.layer.{index}.", f"layers.{index}."))
        words, size = weights["words.weight"].shape
        wide, positions = len(weights["layers.0.up.bias"]), len(weights["positions.weight"])
        heads = size // _HEAD_SIZE
        model = Classifier(EncoderConfig(words, size, layers, heads, wide, positions, _EPSILON))
        model.load_state_dict(weights)
        return model

    def _ends(self) -> dict[str, Tensor]:
        """What comes before and after the layers."""
        positions = self._stored["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        return {
            "words.weight": self._words(),
            # the encoder knows two kinds of segments; a lone text is always the first
            "positions.weight": positions + self._stored["embeddings.token_type_embeddings.weight"][0],
            "norm.weight": self._stored["embeddings.LayerNorm.weight"],
            "norm.bias": self._stored["embeddings.LayerNorm.bias"],
            "head.weight": torch.zeros(len(LABELS), positions.shape[1]),
            "head.bias": torch.zeros(len(LABELS)),
        }

    def _words(self) -> Tensor:
        stored = self._stored["embeddings.word_embeddings.weight"]
        ids = range(self.tokenizer.get_vocab_size())
        words = [self.tokenizer.id_to_token(id_) or "" for id_ in ids]
        names = emoji_words()
        return torch.stack([stored[self._ids(word, names)].mean(0) for word in words])

    def _ids(self, word: str, names: dict[str, str]) -> list[int]:
        """The published ids of a word, or of an emoji's name where the encoder does not know it."""
        known = self._published.token_to_id(word)
        return self._published.encode(names[word], add_special_tokens=False).ids if known is None else [known]

    def _layer(self, source: str, target: str) -> dict[str, Tensor]:
        weights = {}
        for kind in ("weight", "bias"):
            parts = [
                self._stored[f"{source}attention.self.{name}.{kind}"] for name in ("query", "key", "value")
            ]
            weights[f"{target}query_key_value.{kind}"] = torch.cat(parts)
            for theirs, ours in _MODULES.items():
                weights[f"{target}{ours}.{kind}"] = self._stored[f"{source}{theirs}.{kind}"]
        return weights


def _only(archive: zipfile.ZipFile, ending: str) -> bytes:
    (name,) = (name for name in archive.namelist() if name.endswith(ending))
    return archive.read(name)


def _read_weights(content: bytes) -> dict[str, Tensor]:
    """The weights by Hugging Face's names. Matrices have none of their own in the graph: their nodes do."""
    graph = onnx.load_from_string(content).graph
    stored = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            module = node.name.removeprefix("/").removesuffix("/MatMul").replace("/", ".")
            stored[f"{module}.weight"] = stored[node.input[1]].T.contiguous()
    return stored
