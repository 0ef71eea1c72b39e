"""A classifier of a few thousand random weights, and texts to train it on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from training.config import EncoderConfig
from training.graph import Weights

WORDS = (
    "good",
    "great",
    "bad",
    "awful",
    "blue",
    "here",
    "soup",
    "train",
    "the",
    "is",
    "face",
    "joy",
    "!",
    "##s",
)
CONFIG = EncoderConfig(
    vocab_size=64,
    hidden_size=24,
    num_hidden_layers=2,
    num_attention_heads=3,
    intermediate_size=48,
    max_position_embeddings=40,
    layer_norm_eps=1e-12,
)


def random_weights(seed: int = 0) -> Weights:
    """Weights of every part, with outputs that differ well between texts."""
    draw = np.random.default_rng(seed)

    def matrix(*shape: int, scale: float = 0.5) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return (draw.standard_normal(shape) * scale).astype(np.float32)

    size, wide = CONFIG.hidden_size, CONFIG.intermediate_size
    weights = {
        "words.weight": matrix(CONFIG.vocab_size, size),
        "positions.weight": matrix(CONFIG.max_position_embeddings, size),
        "norm.weight": 1 + matrix(size, scale=0.1),
        "norm.bias": matrix(size, scale=0.1),
        "head.weight": matrix(3, size),
        "head.bias": np.zeros(3, np.float32),
    }
    shapes = {
        "query_key_value": (3 * size, size),
        "attention_out": (size, size),
        "up": (wide, size),
        "down": (size, wide),
    }
    for layer in range(CONFIG.num_hidden_layers):
        for name, shape in shapes.items():
            weights[f"layers.{layer}.{name}.weight"] = matrix(*shape)
            weights[f"layers.{layer}.{name}.bias"] = matrix(shape[0], scale=0.1)
        for name in ("attention_norm", "output_norm"):
            weights[f"layers.{layer}.{name}.weight"] = 1 + matrix(size, scale=0.1)
            weights[f"layers.{layer}.{name}.bias"] = matrix(size, scale=0.1)
    return weights


def published_tokenizer() -> Tokenizer:
    """The tokenizer of a published encoder, with a place kept for later and a word of another script."""
    words = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "\u044f", *WORDS]
    vocabulary = {token: id_ for id_, token in enumerate(words)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    special = [(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=special)
    return tokenizer


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Sentences whose label is in one word."""
    draw = np.random.default_rng(seed)
    words = {"positive": ("good", "great"), "neutral": ("blue", "here"), "negative": ("bad", "awful")}
    return [
        {
            "text": f"The {draw.choice(['soup', 'train'])} {seed}x{n} is {draw.choice(words[label])}!",
            "label": label,
        }
        for n in range(count)
        for label in words
    ]


def write_corpus(folder: Path, with_test: bool = True) -> Path:
    """A data directory; three of its training rows copy evaluated texts."""
    dev = [*rows(8, 1), *[{"text": "Zebra zebra zebra", "label": "neutral"}] * 3]
    copies = [
        {"text": f"  {dev[0]['text'].upper()}", "label": "neutral"},
        {"text": f"{dev[1]['text'].replace('!', '')} https://t.example/1", "label": "neutral"},
        {"text": "zebra ZEBRA  zebra", "label": "neutral"},
    ]
    write_rows(folder / "train" / "first.jsonl", [*rows(40, 2), *copies])
    write_rows(folder / "train" / "sst3-phrases.jsonl", rows(20, 3))
    write_rows(folder / "dev" / "dev.jsonl", dev)
    if with_test:
        write_rows(folder / "test" / "test.jsonl", rows(8, 4))
    return folder
