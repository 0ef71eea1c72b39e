"""Bias metrics of the predictions, beside the labels where they are needed.

In the definitions, n is a number of rows by label, n' by prediction, 1 a positive outcome and 0 another; a
are the rows outside of the facet and d those in it. A quotient of two zeros is 0, as in smclarify.
"""

import numpy as np

from bias.conditional_disparity import conditional_disparity
from bias.counts import Counts, Group, Values, defined, difference, ratio
from bias.registry import INFINITY, Scope, Stage, metric

_POST = Stage.POST_TRAINING
_PAGE = "post-training-bias-metric-"


@metric(
    _POST,
    "Difference in Positive Proportions in Predicted Labels",
    _PAGE + "dppl.html",
    range=(-1, 1),
    meaning="Large: positive predictions are rarer in the facet than in the rest; negative: they are more "
    "common.",
)
def DPPL(counts: Counts) -> Values:
    """n'1_a / n_a - n'1_d / n_d."""
    others, facet = counts.others, counts.facet
    return _where_both_have_rows(
        counts, ratio(others.predicted_positive, others.rows) - ratio(facet.predicted_positive, facet.rows)
    )


@metric(
    _POST,
    "Disparate Impact",
    _PAGE + "di.html",
    range=(0, INFINITY),
    fair=1.0,
    meaning="Below 1: positive predictions are rarer in the facet; below 0.8 breaks the four-fifths rule. "
    "Above 1: more common.",
)
def DI(counts: Counts) -> Values:
    """(n'1_d / n_d) / (n'1_a / n_a)."""
    others, facet = counts.others, counts.facet
    share = ratio(facet.predicted_positive, facet.rows)
    return _where_both_have_rows(counts, ratio(share, ratio(others.predicted_positive, others.rows)))


@metric(
    _POST,
    "Difference in Conditional Acceptance",
    _PAGE + "dcacc.html",
    range=(-INFINITY, INFINITY),
    meaning="Large: among the rest more rows deserve a positive prediction for each one given; the facet "
    "gets too many.",
)
def DCA(counts: Counts) -> Values:
    """n1_a / n'1_a - n1_d / n'1_d."""

    def acceptance(group: Group) -> Values:
        return ratio(group.labelled_positive, group.predicted_positive)

    return _where_both_have_rows(counts, difference(acceptance(counts.others), acceptance(counts.facet)))


@metric(
    _POST,
    "Difference in Conditional Rejection",
    _PAGE + "dcr.html",
    range=(-INFINITY, INFINITY),
    meaning="Large: in the facet more rows deserve a negative prediction for each one given; the rest gets "
    "too many.",
)
def DCR(counts: Counts) -> Values:
    """n0_d / n'0_d - n0_a / n'0_a."""

    def rejection(group: Group) -> Values:
        return ratio(group.labelled_negative, group.predicted_negative)

    return _where_both_have_rows(counts, difference(rejection(counts.facet), rejection(counts.others)))


@metric(
    _POST,
    "Specificity Difference",
    _PAGE + "sd.html",
    range=(-1, 1),
    meaning="Large: negative rows are recognised more often in the facet; the rest is more often called "
    "positive wrongly.",
)
def SD(counts: Counts) -> Values:
    """TN_d / n0_d - TN_a / n0_a."""

    def specificity(group: Group) -> Values:
        return ratio(group.true_negatives, group.labelled_negative)

    return _where_both_have_rows(counts, specificity(counts.facet) - specificity(counts.others))


@metric(
    _POST,
    "Recall Difference",
    _PAGE + "rd.html",
    range=(-1, 1),
    meaning="Large: positive rows are missed more often in the facet than in the rest.",
)
def RD(counts: Counts) -> Values:
    """TP_a / n1_a - TP_d / n1_d."""

    def recall(group: Group) -> Values:
        return ratio(group.true_positives, group.labelled_positive)

    return _where_both_have_rows(counts, recall(counts.others) - recall(counts.facet))


@metric(
    _POST,
    "Difference in Acceptance Rates",
    _PAGE + "dar.html",
    range=(-1, 1),
    meaning="Large: positive predictions are right less often in the facet than in the rest.",
)
def DAR(counts: Counts) -> Values:
    """TP_a / n'1_a - TP_d / n'1_d."""

    def precision(group: Group) -> Values:
        return ratio(group.true_positives, group.predicted_positive)

    return _where_both_have_rows(counts, precision(counts.others) - precision(counts.facet))


@metric(
    _POST,
    "Difference in Rejection Rates",
    _PAGE + "drr.html",
    range=(-1, 1),
    meaning="Large: negative predictions are right more often in the facet than in the rest.",
)
def DRR(counts: Counts) -> Values:
    """TN_d / n'0_d - TN_a / n'0_a."""

    def precision_of_negatives(group: Group) -> Values:
        return ratio(group.true_negatives, group.predicted_negative)

    return _where_both_have_rows(
        counts, precision_of_negatives(counts.facet) - precision_of_negatives(counts.others)
    )


@metric(
    _POST,
    "Accuracy Difference",
    _PAGE + "ad.html",
    range=(-1, 1),
    meaning="Large: predictions are wrong more often in the facet than in the rest.",
)
def AD(counts: Counts) -> Values:
    """(TP_a + TN_a) / n_a - (TP_d + TN_d) / n_d."""

    def accuracy(group: Group) -> Values:
        return ratio(group.true_positives + group.true_negatives, group.rows)

    return _where_both_have_rows(counts, accuracy(counts.others) - accuracy(counts.facet))


@metric(
    _POST,
    "Treatment Equality",
    _PAGE + "te.html",
    range=(-INFINITY, INFINITY),
    meaning="Large: errors in the facet are rather missed positives, in the rest rather false ones.",
)
def TE(counts: Counts) -> Values:
    """FN_d / FP_d - FN_a / FP_a."""

    def missed_per_false(group: Group) -> Values:
        return ratio(group.false_negatives, group.false_positives)

    return _where_both_have_rows(
        counts, difference(missed_per_false(counts.facet), missed_per_false(counts.others))
    )


@metric(
    _POST,
    "Conditional Demographic Disparity in Predicted Labels",
    _PAGE + "cddpl.html",
    range=(-1, 1),
    meaning="Large: the facet has more of the negative predictions than of the positive ones, also within "
    "each stratum.",
)
def CDDPL(counts: Counts) -> Values:
    """Mean over the strata, weighted by rows, of the facet's share of negative predictions minus its share of
    positive ones.
    """
    return conditional_disparity(counts, counts.distinct.prediction)


@metric(
    _POST,
    "Counterfactual Fliptest",
    _PAGE + "ft.html",
    range=(-1, 1),
    meaning="Large: rows of the facet would get a positive prediction less often if they did not belong to "
    "it; negative: more often.",
)
def FT(counts: Counts) -> Values:
    """(rows that flip from positive to negative - rows that flip from negative to positive) / n_d, were they
    not in the facet.

    The sign is that of smclarify's code; the page of SageMaker Clarify words it the other way round.
    """
    facet, prediction, counterfactual = (
        counts.distinct.facet,
        counts.distinct.prediction,
        counts.distinct.counterfactual,
    )
    if counterfactual is None:
        return np.full_like(counts.all.rows, np.nan)
    flips = counts.count(facet & prediction & ~counterfactual) - counts.count(
        facet & ~prediction & counterfactual
    )
    return _where_both_have_rows(counts, ratio(flips, counts.facet.rows))


@metric(
    _POST,
    "Generalized Entropy",
    _PAGE + "ge.html",
    range=(0, INFINITY),
    meaning="Large: some rows are predicted better than they deserve and others worse, whatever their facet.",
    scope=Scope.ALL_ROWS,
)
def GE(counts: Counts) -> Values:
    """Mean of ((b / mean b)^2 - 1) / 2 with each row's benefit b = prediction - label + 1 (alpha = 2)."""
    everyone = counts.all
    twice, never = everyone.false_positives, everyone.false_negatives
    once = everyone.true_positives + everyone.true_negatives
    rows = twice + once + never
    mean = ratio(2 * twice + once, rows)
    return defined((ratio(4 * twice + once, rows * mean**2) - 1) / 2, mean > 0)


def _where_both_have_rows(counts: Counts, values: Values) -> Values:
    return defined(values, (counts.others.rows > 0) & (counts.facet.rows > 0))
