"""Counts a text's features: its tokens, and pairs of neighbouring tokens hashed into buckets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from tokenizers import Tokenizer

BUCKETS = 262_139  # the largest prime below 2^18
Matrix = Any  # scipy.sparse publishes no types: a float64 CSR array of shape [texts, features]


@dataclass(frozen=True)
class FeatureSpace:
    """Where each feature has its column: tokens by their id, then the pairs' buckets.

    The pair (left, right) has the bucket `(left * multiplier + right) mod BUCKETS`; beyond both ends of a
    text stands the padding token 0. The exported graph computes the same.
    """

    vocabulary_size: int
    multiplier: int

    @property
    def size(self) -> int:
        """The number of columns."""
        return self.vocabulary_size + BUCKETS

    def count(self, tokenizer: Tokenizer, texts: Sequence[str]) -> Matrix:
        """How often each text has each feature."""
        encodings = tokenizer.encode_batch_fast(list(texts))
        columns = [self._columns(encoding.ids, encoding.attention_mask) for encoding in encodings]
        ends = np.cumsum([0, *(len(row) for row in columns)])
        flat = np.concatenate(columns)
        counts = csr_array((np.ones(len(flat)), flat, ends), shape=(len(columns), self.size))
        counts.sum_duplicates()
        return counts

    def _columns(self, ids: Sequence[int], mask: Sequence[int]) -> npt.NDArray[np.int64]:
        tokens = np.array(ids[: sum(mask)], np.int64)
        framed = np.pad(tokens, 1)
        pairs = (framed[:-1] * self.multiplier + framed[1:]) % BUCKETS
        return np.concatenate([tokens, self.vocabulary_size + pairs])


def make_feature_space(tokenizer: Tokenizer, seed: int) -> FeatureSpace:
    """The columns for a tokenizer; the seed draws the hash function, the only chance in this training."""
    size = tokenizer.get_vocab_size()
    return FeatureSpace(size, int(np.random.default_rng(seed).integers(size, BUCKETS)))
