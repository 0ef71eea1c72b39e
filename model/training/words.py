"""The words of a text, and how many of them no training text has: the Python form of src/drift/words.ts.

Both are held to test/drift/word-vectors.json. Nothing here depends on a version of Unicode: only ASCII
letters are lowered, and a character is part of a word unless it is ASCII, Latin-1 or general punctuation.
"""

import base64
import hashlib
import json
import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_LETTERS = "[a-z\u00c0-\u1fff\u2070-\U0010ffff]+"
# Links and names are no words: training replaces them, too.
_TOKENS = re.compile(rf"https?://[!-~]+|www\.[!-~]+|@\w+|({_LETTERS}(?:'{_LETTERS})*)", re.ASCII)
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ\u2019", "abcdefghijklmnopqrstuvwxyz'")
_PROBES = 6
_MASK = 0xFFFF_FFFF


@dataclass(frozen=True)
class Vocabulary:
    """Words in a Bloom filter; `id` names its bits. About 1 in 100 other words is taken for one of them."""

    id: str
    bits: bytes
    """2^n bits, the lowest of each byte first."""

    def __contains__(self, word: str) -> bool:
        return all(self.bits[bit >> 3] >> (bit & 7) & 1 for bit in _bits(word, len(self.bits) * 8))


def words_of(text: str) -> list[str]:
    """The words, in lower case and in their order; links and @names are left out."""
    return [word for word in _TOKENS.findall(text.translate(_LOWER)) if word]


def unknown_words(text: str, vocabulary: Vocabulary) -> float | None:
    """Share of the words that are not in the vocabulary, cut after two digits; None where there are none."""
    words = words_of(text)
    if not words:
        return None
    return 100 * sum(word not in vocabulary for word in words) // len(words) / 100


def make_vocabulary(words: Iterable[str], size: int) -> Vocabulary:
    """A filter of `size` bits, which must be a power of two from 8."""
    bits = bytearray(size // 8)
    for word in words:
        for bit in _bits(word, size):
            bits[bit >> 3] |= 1 << (bit & 7)
    return Vocabulary(hashlib.sha256(bits).hexdigest()[:8], bytes(bits))


def read_vocabulary(file: Path) -> Vocabulary:
    """The vocabulary that requests are held against (src/drift/vocabulary.json)."""
    content = json.loads(file.read_bytes())
    return Vocabulary(content["id"], base64.b64decode(content["bits"]))


def _bits(word: str, size: int) -> Sequence[int]:
    """Double hashing. Kirsch and Mitzenmacher (2006), "Less hashing, same performance"."""
    first = _hash(word)
    step = _mixed(first) | 1  # odd: no bit is met twice
    return [(first + probe * step & _MASK) % size for probe in range(_PROBES)]


def _hash(word: str) -> int:
    """FNV-1a over the UTF-16 code units, mixed."""
    value = 0x811C9DC5
    for unit in array("H", word.encode("utf-16-le", "surrogatepass")):
        value = (value ^ unit) * 0x01000193 & _MASK
    return _mixed(value)


def _mixed(value: int) -> int:
    """The finalizer of MurmurHash3, by which every bit depends on every other."""
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16
