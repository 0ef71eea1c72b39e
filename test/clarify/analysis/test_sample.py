"""Intervals and standard errors of groups in which every answer is right."""

import numpy as np
import pytest
from analysis.sample import Sample, smoothed
from bias.bootstrap import interval
from bias.counts import Columns, Counts
from bias.registry import METRICS


@pytest.fixture
def sample() -> Sample:
    """40 rows in the group, all right, and 400 outside, of which every fifth is wrong."""
    facet, label = np.arange(440) < 40, np.arange(440) % 2 == 0
    is_wrong = ~facet & (np.arange(440) // 2 % 5 == 0)
    counts = Counts.of(Columns(facet, label, label ^ is_wrong, np.zeros(440, dtype=np.int64)))
    return Sample.of(counts, 1000, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["RD", "SD", "DAR", "DRR", "DCA", "DCR"])
def test_are_not_taken_for_certain(sample: Sample, name: str) -> None:
    metric = METRICS[name]
    naive = interval(metric, sample.counts, sample.drawn[metric.scope])
    ends = sample.interval(metric)
    assert naive is not None
    assert ends is not None
    assert ends.high - ends.low > 1.3 * (naive.high - naive.low)
    replicates = metric.compute(sample.drawn[metric.scope])
    assert sample.standard_error(metric) > 1.3 * float(np.abs(replicates).std())


@pytest.mark.parametrize("name", METRICS)
def test_intervals_hold_the_value(sample: Sample, name: str) -> None:
    ends = sample.interval(METRICS[name])
    if name != "FT":  # needs counterfactuals
        assert ends is not None
        assert ends.low <= float(METRICS[name].compute(sample.counts)) <= ends.high


def test_smoothing_adds_one_row_of_each_kind() -> None:
    empty = np.zeros(0, dtype=np.bool_)
    counts = smoothed(Counts.of(Columns(empty, empty, empty, np.zeros(0, dtype=np.int64))))
    for group in (counts.facet, counts.others):
        kinds = (group.true_positives, group.false_positives, group.true_negatives, group.false_negatives)
        assert [float(number) for number in kinds] == [1.0] * 4
