"""Words over many texts: what each adds to the score of each label, on average."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from string import punctuation

import numpy as np

from explanations.attribution import Attribution, Scores
from explanations.results import WordWeight

MOST_WORDS = 20
_AROUND = punctuation + "\u2018\u2019\u201c\u201d\u2026\u2013\u2014\u00ab\u00bb\u00a1\u00bf"


def global_importance(
    contexts: Iterable[Sequence[Attribution]], labels: Sequence[str], minimum_texts: int
) -> dict[str, tuple[WordWeight, ...]]:
    """By label, at most 20 words, the largest absolute weight first.

    `contexts`: explained texts; those that differ in a group only are one context, which counts as one. Words
    in fewer than `minimum_texts` are left out: they say little of the model, and much of who wrote them.
    """
    found: defaultdict[str, list[Scores]] = defaultdict(list)
    for context in contexts:
        for word, weight in _of_context(context).items():
            found[word].append(weight)
    known = {word: np.mean(seen, axis=0) for word, seen in found.items() if len(seen) >= minimum_texts}
    return {
        label: _heaviest(
            [WordWeight(word, float(mean[place]), len(found[word])) for word, mean in known.items()]
        )
        for place, label in enumerate(labels)
    }


def words_with_weights(attribution: Attribution) -> Iterator[tuple[str, Scores]]:
    """Every word as `normal` has it, and its weight for each label; words of a phrase share its weight."""
    for part, weight in zip(attribution.parts, attribution.weights, strict=True):
        words = part.words
        for word in words:
            yield normal(word), weight / len(words)


def normal(word: str) -> str:
    """In lower case without punctuation around it; empty for numbers, which say nothing on their own."""
    bare = word.strip(_AROUND).casefold()
    return "" if bare.replace(",", "").replace(".", "").isdigit() else bare


def _of_context(context: Sequence[Attribution]) -> dict[str, Scores]:
    """The mean weight of each word over the texts that hold it."""
    found: defaultdict[str, list[Scores]] = defaultdict(list)
    for attribution in context:
        for word, weight in _by_word(attribution).items():
            found[word].append(weight)
    return {word: np.mean(seen, axis=0) for word, seen in found.items()}


def _by_word(attribution: Attribution) -> dict[str, Scores]:
    """A word that occurs twice in a text adds what both add."""
    found: dict[str, Scores] = {}
    for word, weight in words_with_weights(attribution):
        if word:
            found[word] = found.get(word, 0) + weight
    return found


def _heaviest(words: Sequence[WordWeight]) -> tuple[WordWeight, ...]:
    return tuple(sorted(words, key=lambda one: (-abs(one.weight), one.word))[:MOST_WORDS])
