"""Bootstrap intervals of metrics that depend on counts alone.

Drawing n rows with replacement and counting them is one draw from a multinomial distribution, so a whole
bootstrap is a single call. Percentile intervals: Efron and Tibshirani (1993), "An Introduction to the
Bootstrap", chapter 13.
"""

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_RESAMPLES, _SEED = 4000, 0
_PERCENTILES = (2.5, 97.5)


def resample(counts: Counts) -> Counts:
    """Counts of 4,000 bootstrap samples: [any shape] -> [4000, the same shape]; equal for equal counts."""
    drawn = np.random.default_rng(_SEED).multinomial(
        counts.sum(), counts.ravel() / counts.sum(), size=_RESAMPLES
    )
    return drawn.reshape(-1, *counts.shape)


def interval(values: Floats) -> tuple[float, float]:
    """The 95 % percentile interval of bootstrapped values."""
    low, high = np.percentile(values, _PERCENTILES)
    return float(low), float(high)


def accuracy(confusion: Counts) -> Floats:
    """The share of right answers of confusion matrices [..., true, predicted]."""
    hits = np.trace(confusion, axis1=-2, axis2=-1)
    shares: Floats = hits / confusion.sum(axis=(-2, -1))
    return shares


def macro_f1(confusion: Counts) -> Floats:
    """The mean F1 of the classes of confusion matrices [..., true, predicted]; F1 of an absent class is 0."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    sizes = confusion.sum(axis=-1) + confusion.sum(axis=-2)
    scores: Floats = (2 * hits / np.maximum(sizes, 1)).mean(axis=-1)
    return scores
