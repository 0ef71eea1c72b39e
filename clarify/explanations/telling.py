"""Texts of the probe data that show how a model weighs words."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from analysis.dataset import Dataset

from explanations.attribution import Attribution, Scores
from explanations.results import ExplainedText
from explanations.terms import Named

_SURE = "a sure and right answer"
_MOST_GROUPS = 4


def telling_texts(
    explained: Mapping[int, Attribution],
    own: Mapping[int, Scores],
    named: Named,
    data: Dataset,
    labels: Sequence[str],
) -> tuple[ExplainedText, ...]:
    """The surest right answer of each label, and texts in which the words of a group weigh much."""
    chosen = dict.fromkeys(_surest(explained, data, labels), _SURE) | dict(_leaning(own, named))
    return tuple(
        _shown(explained[row], data.label.values[data.label.codes[row]], labels, why)
        for row, why in chosen.items()
    )


def _surest(explained: Mapping[int, Attribution], data: Dataset, labels: Sequence[str]) -> Iterator[int]:
    for place, label in enumerate(labels):
        right = [
            row
            for row, one in explained.items()
            if data.label.values[data.label.codes[row]] == label and int(one.scores.argmax()) == place
        ]
        if right:
            yield max(right, key=lambda row: float(explained[row].scores[place]))


def _leaning(own: Mapping[int, Scores], named: Named) -> Iterator[tuple[int, str]]:
    """One text of each facet, those with the heaviest words first."""
    heaviest: dict[str, tuple[float, int, str]] = {}
    for (facet, group), rows in named.items():
        for row in rows:
            weight = float(np.abs(own[row].sum(axis=0)).max())
            heaviest[facet] = max(heaviest.get(facet, (0.0, row, group)), (weight, row, group))
    found = sorted(heaviest.items(), key=lambda entry: -entry[1][0])
    for facet, (_, row, group) in found[:_MOST_GROUPS]:
        yield row, f"the words for {facet}: {group} weigh the most here"


def _shown(attribution: Attribution, label: str, labels: Sequence[str], why: str) -> ExplainedText:
    place = int(np.argmax(attribution.scores))
    words = zip(attribution.parts, attribution.weights[:, place], strict=True)
    return ExplainedText(
        why=why,
        label=label,
        prediction=labels[place],
        score=float(attribution.scores[place]),
        baseline=float(attribution.baseline[place]),
        words=tuple((part.text, float(weight)) for part, weight in words),
    )
