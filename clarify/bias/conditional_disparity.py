"""Conditional demographic disparity, of labels or of predictions."""

import numpy as np

from bias.counts import Booleans, Counts, Values, defined, ratio


def conditional_disparity(counts: Counts, positive: Booleans) -> Values:
    """Mean over the strata, weighted by their rows, of the facet's share of negative outcomes minus its share
    of positive ones.

    `positive` says which of the distinct rows have a positive outcome. A share of nothing is 0; not a number
    where no outcome or every outcome is positive. Wachter, Mittelstadt and Russell, Why Fairness Cannot Be
    Automated (2021), https://arxiv.org/abs/2005.05906.
    """
    disparity = np.zeros_like(counts.count(positive))
    for stratum in np.unique(counts.distinct.stratum):
        within = counts.distinct.stratum == stratum
        shares = [_share_of_facet(counts, within & outcome) for outcome in (~positive, positive)]
        disparity += counts.count(within) * (shares[0] - shares[1])
    rows = counts.all.rows
    return defined(ratio(disparity, rows), (counts.count(positive) > 0) & (counts.count(~positive) > 0))


def _share_of_facet(counts: Counts, where: Booleans) -> Values:
    return ratio(counts.count(where & counts.distinct.facet), counts.count(where))
