"""Fits the linear classifier: logistic regression on features weighted by naive Bayes.

The weighting is that of Wang and Manning (2012), "Baselines and Bigrams", with one weight a feature, the root
mean square of the classes' log-count ratios, so that one multinomial regression gives probabilities.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from inference import LABELS, Label
from scipy.sparse import diags_array
from sklearn.linear_model import LogisticRegression

from training.features import Matrix

_MIN_TEXTS = 2  # a feature of a single text says nothing about others
_ITERATIONS, _TOLERANCE = 500, 3e-5

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LinearModel:
    """`logits = counts @ weights / sqrt(max(1, counts @ squares)) + bias`.

    Shapes: counts [texts, features], weights [features, labels], squares [features], bias [labels].
    """

    weights: Array
    squares: Array
    bias: Array

    def predict(self, counts: Matrix) -> list[Label]:
        """The most probable label of each row of feature counts."""
        logits = (counts @ self.weights) / _lengths(counts, self.squares)[:, None] + self.bias
        return [LABELS[index] for index in logits.argmax(axis=1)]


class TrainingSet:
    """Feature counts and labels, ready to be fitted with several row weights."""

    def __init__(self, counts: Matrix, labels: Sequence[Label]) -> None:
        """Takes counts of shape [rows, features] and one label a row."""
        self._classes = np.array([LABELS.index(label) for label in labels])
        self._idf = _inverse_document_frequencies(counts)
        self._used = np.flatnonzero(self._idf)
        lengths = _lengths(counts, self._idf**2)
        self._rows = (diags_array(1 / lengths) @ counts @ diags_array(self._idf)).tocsr()[:, self._used]

    def fit(self, row_weights: Array, strength: float) -> LinearModel:
        """The model for these weights and this inverse strength of regularisation (scikit-learn's C)."""
        scale = self._bayes_weights(row_weights)
        rows = (self._rows @ diags_array(scale)).tocsr()
        regression = LogisticRegression(C=strength, max_iter=_ITERATIONS, tol=_TOLERANCE)
        regression.fit(rows, self._classes, sample_weight=row_weights)
        weights = np.zeros((len(self._idf), len(LABELS)))
        weights[self._used] = (regression.coef_ * scale * self._idf[self._used]).T
        return LinearModel(weights, self._idf**2, regression.intercept_)

    def _bayes_weights(self, row_weights: Array) -> Array:
        total = row_weights @ self._rows
        ratios = []
        for index in range(len(LABELS)):
            inside = row_weights * (self._classes == index) @ self._rows
            ratios.append(_log_shares(inside) - _log_shares(total - inside))
        weights: Array = np.sqrt(np.mean(np.square(ratios), axis=0))
        return weights


def _log_shares(mass: Array) -> Array:
    """Logarithm of each feature's share of the mass, with add-one smoothing."""
    shares: Array = np.log((1 + mass) / (1 + mass).sum())
    return shares


def _inverse_document_frequencies(counts: Matrix) -> Array:
    """Smoothed as scikit-learn's TfidfTransformer does; 0 for features of too few texts."""
    texts, features = counts.shape
    frequencies = np.bincount(counts.indices, minlength=features)
    idf = np.log((1 + texts) / (1 + frequencies)) + 1
    return np.where(frequencies >= _MIN_TEXTS, idf, 0.0)


def _lengths(counts: Matrix, squares: Array) -> Array:
    lengths: Array = np.sqrt(np.maximum(1, counts @ squares))
    return lengths
