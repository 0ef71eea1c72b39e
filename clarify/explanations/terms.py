"""The words that name a group: those that differ within a family of sentences about different groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from analysis.coding import MISSING
from analysis.dataset import Dataset

from explanations.attribution import Attribution, Scores
from explanations.importance import normal, words_with_weights
from explanations.parts import parts_of
from explanations.results import GroupEffect, GroupTerms

NOT_NAMED = "not named"
"""The group of sentences that name none, as the probe data have it."""

Words = frozenset[str]

Named = Mapping[tuple[str, str], Sequence[int]]
"""Rows by facet and group."""


def shared_words(texts: Iterable[tuple[int, str]]) -> dict[int, Words]:
    """The words that all texts of a family have, by the family's number."""
    shared: dict[int, Words] = {}
    for family, text in texts:
        words = frozenset(normal(word) for part in parts_of(text) for word in part.words)
        shared[family] = shared[family] & words if family in shared else words
    return shared


def named_groups(data: Dataset, rows: Iterable[int]) -> Named:
    """The rows of each group but NOT_NAMED."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        for facet, column in data.facets.items():
            if column.codes[row] != MISSING and column.values[column.codes[row]] != NOT_NAMED:
                found[facet, column.values[column.codes[row]]].append(row)
    return found


def own_weights(attribution: Attribution, shared: Words) -> Scores:
    """[words that the family does not share, labels]: of the group's words and what agrees with them, such as
    pronouns and verbs.
    """
    own = [weight for word, weight in words_with_weights(attribution) if word not in shared]
    return np.array(own).reshape(-1, attribution.baseline.size)


def group_terms(
    explained: Mapping[int, Attribution], own: Mapping[int, Scores], named: Named, labels: Sequence[str]
) -> tuple[GroupTerms, ...]:
    """How much weight lies on them, for each facet. `explained` and `own` are by row."""
    facets: defaultdict[str, list[str]] = defaultdict(list)
    for facet, group in sorted(named):
        facets[facet].append(group)
    return tuple(
        GroupTerms(
            facet,
            _share([row for group in groups for row in named[facet, group]], explained, own),
            tuple(_effect(group, [own[row] for row in named[facet, group]], labels) for group in groups),
        )
        for facet, groups in facets.items()
    )


def _share(rows: Sequence[int], explained: Mapping[int, Attribution], own: Mapping[int, Scores]) -> float:
    part = sum(float(np.abs(own[row]).sum()) for row in rows)
    whole = sum(float(np.abs(explained[row].weights).sum()) for row in rows)
    return part / whole if whole else 0.0


def _effect(group: str, weights: Sequence[Scores], labels: Sequence[str]) -> GroupEffect:
    mean = np.mean([weight.sum(axis=0) for weight in weights], axis=0)
    return GroupEffect(group, len(weights), dict(zip(labels, map(float, mean), strict=True)))
