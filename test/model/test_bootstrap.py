"""Bootstrap intervals, against resampling row by row, and their coverage."""

import bootstrap
import numpy as np

CONFUSION = np.array([[60, 20, 10], [15, 40, 25], [5, 10, 115]])


def test_metrics_of_confusion_matrices() -> None:
    f1 = [2 * 60 / (90 + 80), 2 * 40 / (80 + 70), 2 * 115 / (130 + 150)]
    assert np.isclose(bootstrap.macro_f1(CONFUSION), np.mean(f1))
    assert np.isclose(bootstrap.accuracy(CONFUSION), 215 / 300)
    assert bootstrap.macro_f1(np.stack([CONFUSION, CONFUSION])).shape == (2,)


def test_an_absent_class_has_an_f1_of_0() -> None:
    assert np.isclose(bootstrap.macro_f1(np.diag([5, 5, 0])), 2 / 3)


def test_counting_is_resampling_of_rows() -> None:
    cells = np.repeat(np.arange(9), CONFUSION.ravel())
    draw = np.random.default_rng(1)
    rows = [np.bincount(draw.choice(cells, cells.size), minlength=9).reshape(3, 3) for _ in range(2000)]
    by_rows = bootstrap.macro_f1(np.stack(rows))
    by_counts = bootstrap.macro_f1(bootstrap.resample(CONFUSION))
    assert np.isclose(by_rows.std(), by_counts.std(), rtol=0.08)
    assert np.allclose(bootstrap.interval(by_rows), bootstrap.interval(by_counts), atol=0.006)


def test_the_interval_covers_the_truth_about_95_times_in_100() -> None:
    shares = CONFUSION / CONFUSION.sum()
    truth = float(bootstrap.macro_f1(CONFUSION))
    draw = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        low, high = bootstrap.interval(
            bootstrap.macro_f1(bootstrap.resample(draw.multinomial(300, shares.ravel()).reshape(3, 3)))
        )
        covered += low <= truth <= high
    assert 0.92 <= covered / 400 <= 0.98


def test_equal_counts_give_equal_intervals() -> None:
    assert np.array_equal(bootstrap.resample(CONFUSION), bootstrap.resample(CONFUSION))
