"""Selects the hyper-parameters that give the best macro-F1 on the dev sets."""

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from statistics import fmean
from typing import NamedTuple

from inference import Label
from metrics import measure

from training.classifier import LinearModel, TrainingSet
from training.corpus import Corpus
from training.features import Matrix

BALANCES = (0.5, 1.0)
STRENGTHS = (1.0, 2.0, 4.0)

Report = Callable[[str], None]


class DevSet(NamedTuple):
    """Feature counts of one dev set, and its labels."""

    counts: Matrix
    labels: Sequence[Label]


class Selected(NamedTuple):
    """The best model, and what it was fitted with."""

    model: LinearModel
    hyperparameters: Mapping[str, float]


def select(training: TrainingSet, corpus: Corpus, dev: Sequence[DevSet], report: Report) -> Selected:
    """Fits every combination; keeps the first with the highest mean macro-F1 over the dev sets."""
    started = time.monotonic()
    best, best_score = None, -1.0
    grid = list(product(BALANCES, STRENGTHS))
    for done, (balance, strength) in enumerate(grid, 1):
        model = training.fit(corpus.row_weights(balance), strength)
        score = fmean(measure(labels, model.predict(counts))["macro_f1"] for counts, labels in dev)
        left = (time.monotonic() - started) / done * (len(grid) - done)
        report(f"fit {done}/{len(grid)}: balance {balance}, C {strength}: dev {score:.2%}; {left:.0f} s left")
        if score > best_score:
            best, best_score = Selected(model, {"balance": balance, "C": strength}), score
    assert best is not None
    return best
