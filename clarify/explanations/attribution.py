"""How much each word of a text adds to each score: permutation Shapley values with fixed orders.

Words are added one at a time, in four orders, from the empty text to the whole one; a word's weight is the
mean of what it adds. Each sweep adds up to the difference between the two ends, and so does their mean. Each
order goes with its reverse, which makes the values exact where words interact in pairs at most: Mitchell,
Cooper, Frank and Holmes, Sampling Permutations for Shapley Value Estimation, JMLR 23 (2022). src/explain/
computes the same for one text.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from explanations.parts import Part, parts_of

Scores = npt.NDArray[np.float64]

Ask = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""The model's scores of each text, in the order of the labels."""


_ORDERS = 4


@dataclass(frozen=True, eq=False)
class Attribution:
    """One text, explained."""

    text: str
    parts: tuple[Part, ...]
    weights: Scores
    """[parts, labels]; each column adds up to the label's score less its baseline."""
    scores: Scores
    """Of the text, [labels]."""
    baseline: Scores
    """Of the empty text, [labels]."""


def attribute(texts: Sequence[str], ask: Ask) -> list[Attribution]:
    """Explains texts; asks once, for every distinct text that is needed for any of them."""
    parts = [parts_of(text) for text in texts]
    needed = dict.fromkeys(["", *texts])
    for text, players in zip(texts, parts, strict=True):
        needed.update(dict.fromkeys(_subset(text, players, held) for _, held in steps(len(players))))
    answers = np.asarray(ask(list(needed)), dtype=np.float64)
    scores = dict(zip(needed, answers, strict=True))
    return [_attribution(text, players, scores) for text, players in zip(texts, parts, strict=True)]


def _attribution(text: str, parts: tuple[Part, ...], scores: dict[str, Scores]) -> Attribution:
    weights = np.zeros((len(parts), scores[""].size))
    for player, held in steps(len(parts)):
        before = _subset(text, parts, held ^ 1 << player)
        weights[player] += (scores[_subset(text, parts, held)] - scores[before]) / _ORDERS
    return Attribution(text, parts, weights, scores[text], scores[""])


def _subset(text: str, parts: tuple[Part, ...], held: int) -> str:
    """What is left of a text: the parts whose bits are set, with one space between them; all are the text."""
    if held == (1 << len(parts)) - 1:
        return text
    return " ".join(part.text for number, part in enumerate(parts) if held >> number & 1)


@cache
def steps(count: int) -> tuple[tuple[int, int], ...]:
    """Each step of the four sweeps: the part that is added, and a bit for each part that is then there."""
    return tuple(step for order in _orders(count) for step in _sweep(order))


def _sweep(order: Sequence[int]) -> Iterator[tuple[int, int]]:
    held = 0
    for player in order:
        held |= 1 << player
        yield player, held


def _orders(count: int) -> list[list[int]]:
    """Reading order, and bit-reversal order (van der Corput), which spreads what comes first over the text;
    each with its reverse.
    """
    reading = list(range(count))
    reversal = [0]
    while len(reversal) < count:
        reversal = [2 * place for place in reversal] + [2 * place + 1 for place in reversal]
    reversal = [place for place in reversal if place < count]
    return [reading, reading[::-1], reversal, reversal[::-1]]
