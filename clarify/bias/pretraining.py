"""Bias metrics of the labels, before any model.

In the definitions, n is a number of rows, q the share of positive outcomes, P the distribution of outcomes; a
are the rows outside of the facet and d those in it.
"""

import numpy as np

from bias.conditional_disparity import conditional_disparity
from bias.counts import Counts, Values, defined, ratio
from bias.registry import INFINITY, Scope, Stage, metric

_PRE = Stage.PRE_TRAINING


@metric(
    _PRE,
    "Class Imbalance",
    "bias-metric-class-imbalance.html",
    range=(-1, 1),
    meaning="Large: the facet has few rows, so that a model learns little of it; negative: it has more than "
    "the rest.",
    scope=Scope.ALL_ROWS,
)
def CI(counts: Counts) -> Values:
    """(n_a - n_d) / (n_a + n_d)."""
    others, facet = counts.others.rows, counts.facet.rows
    return defined(ratio(others - facet, others + facet), _both_have_rows(counts))


@metric(
    _PRE,
    "Difference in Proportions of Labels",
    "data-bias-metric-true-label-imbalance.html",
    range=(-1, 1),
    meaning="Large: positive labels are rarer in the facet than in the rest; negative: they are more common.",
)
def DPL(counts: Counts) -> Values:
    """q_a - q_d, of the labels."""
    others, facet = _positive_shares(counts)
    return others - facet


@metric(
    _PRE,
    "Kullback-Leibler Divergence",
    "data-bias-metric-kl-divergence.html",
    range=(-1 / np.e, INFINITY),  # below 0 only where an outcome is left out
    meaning="Large: the labels of facet and rest are distributed differently, measured in nats.",
    is_distance=True,
)
def KL(counts: Counts) -> Values:
    """Sum over the outcomes y of P_a(y) log(P_a(y) / P_d(y)); outcomes that one side lacks are left out."""
    others, facet = _distributions(counts)
    return _divergence(others, facet)


@metric(
    _PRE,
    "Jensen-Shannon Divergence",
    "data-bias-metric-jensen-shannon-divergence.html",
    range=(0, float(np.log(2))),
    meaning="Large: the labels of facet and rest are distributed differently, measured in nats and the same "
    "both ways.",
    is_distance=True,
)
def JS(counts: Counts) -> Values:
    """(KL(P_a, P) + KL(P_d, P)) / 2 with P = (P_a + P_d) / 2; outcomes that one side lacks are left out."""
    others, facet = _distributions(counts)
    middle = (others + facet) / 2
    return (_divergence(others, middle) + _divergence(facet, middle)) / 2


@metric(
    _PRE,
    "Lp-norm",
    "data-bias-metric-lp-norm.html",
    range=(0, float(np.sqrt(2))),
    meaning="Large: the labels of facet and rest are distributed differently.",
    is_distance=True,
)
def LP(counts: Counts) -> Values:
    """The Euclidean norm of P_a - P_d; outcomes that one side lacks are left out."""
    return _norm(counts, 2)


@metric(
    _PRE,
    "Total Variation Distance",
    "data-bias-metric-total-variation-distance.html",
    range=(0, 1),
    meaning="Large: this share of the facet's labels would have to change for both distributions to be the "
    "same.",
    is_distance=True,
)
def TVD(counts: Counts) -> Values:
    """Half the sum of |P_a - P_d|; outcomes that one side lacks are left out."""
    return _norm(counts, 1) / 2


@metric(
    _PRE,
    "Kolmogorov-Smirnov Distance",
    "data-bias-metric-kolmogorov-smirnov.html",
    range=(0, 1),
    meaning="Large: one of the outcomes is much more common on one side.",
    is_distance=True,
)
def KS(counts: Counts) -> Values:
    """The greatest |P_a - P_d| of an outcome; outcomes that one side lacks are left out."""
    return _norm(counts, np.inf)


@metric(
    _PRE,
    "Conditional Demographic Disparity in Labels",
    "data-bias-metric-cddl.html",
    range=(-1, 1),
    meaning="Large: the facet has more of the negative labels than of the positive ones, also within each "
    "stratum.",
)
def CDDL(counts: Counts) -> Values:
    """Mean over the strata, weighted by rows, of the facet's share of negative labels minus its share of
    positive ones.
    """
    return conditional_disparity(counts, counts.distinct.label)


def _both_have_rows(counts: Counts) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return (counts.others.rows > 0) & (counts.facet.rows > 0)


def _positive_shares(counts: Counts) -> tuple[Values, Values]:
    where = _both_have_rows(counts)
    shares = [ratio(group.labelled_positive, group.rows) for group in (counts.others, counts.facet)]
    return defined(shares[0], where), defined(shares[1], where)


def _distributions(counts: Counts) -> tuple[Values, Values]:
    """Distributions of the outcomes, along a last axis; not a number where a side lacks one, and 0 rows make
    no distribution.
    """
    others, facet = (np.stack([1 - share, share], axis=-1) for share in _positive_shares(counts))
    both = (others > 0) & (facet > 0)
    return np.where(both, others, np.nan), np.where(both, facet, np.nan)


def _divergence(left: Values, right: Values) -> Values:
    return _sum(left * np.log(left / right))


def _norm(counts: Counts, order: float) -> Values:
    others, facet = _distributions(counts)
    distance = np.abs(others - facet)
    if order == np.inf:
        return np.fmax(distance[..., 0], distance[..., 1])
    return np.power(_sum(distance**order), 1 / order)


def _sum(terms: Values) -> Values:
    """Sum of what is defined; not a number where nothing is."""
    return defined(np.nansum(terms, axis=-1), np.sum(~np.isnan(terms), axis=-1) > 0)
