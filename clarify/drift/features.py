"""What is compared of a request and its answer, and in which words a reader is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Bins = tuple[str, ...] | tuple[float, ...]


@dataclass(frozen=True)
class Feature:
    """One number or label of every answered request; `name` is that in traffic.json and model.json."""

    name: str
    title: str
    meaning: str
    unit: str = ""
    scale: float = 1
    """What a bin's end is multiplied by to be shown in the unit."""
    of_answer: bool = False
    """It depends on the model that answered, too, not on the text alone."""

    def labels(self, bins: Bins) -> tuple[str, ...]:
        """The bins in words, such as `16 to 32 bytes`."""
        ends = [end if isinstance(end, str) else f"{end * self.scale:g}" for end in bins]
        if not bins or isinstance(bins[0], str):
            return tuple(ends)
        ranges = [f"{low} to {high}{self.unit}" for low, high in pairwise(ends)]
        return (*ranges, f"{ends[-1]}{self.unit} or more")


FEATURES: Sequence[Feature] = (
    Feature("textBytes", "Length of the text", "Bytes of UTF-8.", " bytes"),
    Feature(
        "unknownWords",
        "Unknown words",
        "Share of a text's words that not even three training texts have. A text without words is left out.",
        " %",
        100,
    ),
    Feature("sentiment", "Sentiment", "What was answered.", of_answer=True),
    Feature("confidence", "Confidence", "The winning score of the answer.", of_answer=True),
)
