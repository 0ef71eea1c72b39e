"""The parts of a text that are explained: its words, or phrases where it is long."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

MAX_PARTS = 32
"""More parts would be asked about in more texts than a request should hold: four for each part."""

# White space as JavaScript's \s has it, so that the API and the weekly report explain the same words.
_WORD = re.compile("[^\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")


@dataclass(frozen=True)
class Part:
    """A word, or a phrase of consecutive words with the white space between them."""

    text: str
    start: int
    """In code points, from 0."""

    @property
    def words(self) -> list[str]:
        """Its words; one but for phrases."""
        return _WORD.findall(self.text)


def parts_of(text: str) -> tuple[Part, ...]:
    """The words of a text: runs of what is no white space. More than 32 words become 32 phrases of nearly
    equal length.
    """
    spans = [match.span() for match in _WORD.finditer(text)]
    return tuple(Part(text[start:end], start) for start, end in _grouped(spans))


def _grouped(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    count = min(len(spans), MAX_PARTS)
    ends = [number * len(spans) // count for number in range(count + 1)] if count else []
    for first, after in pairwise(ends):
        yield spans[first][0], spans[after - 1][1]
