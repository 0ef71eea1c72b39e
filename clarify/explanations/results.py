"""What is found about a model's use of words."""

from collections.abc import Mapping
from dataclasses import dataclass

Weights = Mapping[str, float]
"""By label: how much is added to the label's score."""


@dataclass(frozen=True)
class WordWeight:
    """A word over many texts."""

    word: str
    """In lower case, without punctuation around it."""
    weight: float
    """What it adds to the label's score, on average over the texts that hold it."""
    texts: int


@dataclass(frozen=True)
class GroupEffect:
    """What the words that name a group add to the scores."""

    group: str
    texts: int
    weights: Weights
    """Mean over the group's texts of the sum of these words' weights."""


@dataclass(frozen=True)
class GroupTerms:
    """The words that differ between the groups of a facet, in sentences that are the same otherwise."""

    facet: str
    share: float
    """Of the absolute weight of all words, in the texts of the groups; from 0 to 1."""
    groups: tuple[GroupEffect, ...]


@dataclass(frozen=True)
class ExplainedText:
    """A text of the probe data with the weights of its words, for the label that is predicted."""

    why: str
    """Why it is shown."""
    label: str
    prediction: str
    score: float
    baseline: float
    """Score of the empty text."""
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Explanations:
    """What a model looks at."""

    method: str
    texts: int
    """How many were explained."""
    minimum_texts: int
    """Words that fewer of them hold are not shown."""
    words: Mapping[str, tuple[WordWeight, ...]]
    """By label, those with the largest absolute weight first."""
    group_terms: tuple[GroupTerms, ...] = ()
    examples: tuple[ExplainedText, ...] = ()
