"""What the encoder learns from: token ids, a target distribution, and the label shares of the text's file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dataset import Row
from inference import LABELS
from tokenizers import Tokenizer

from training.corpus import LabelledFile

MAX_TRAINING_TOKENS = 128
_SMOOTHING = 0.05
_POOL = 50  # batches among which texts are sorted by length: little padding, and still random neighbours

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """One text; `target` and `prior` are shares by label."""

    ids: Sequence[int]
    target: Floats
    prior: Floats
    weight: float


def make_examples(file: LabelledFile, tokenizer: Tokenizer) -> list[Example]:
    """The file's rows as examples.

    Labels are smoothed towards the label's share in the file, so a file without neutral rows teaches nothing
    about them. Where annotators' votes are known, their shares are the target.
    """
    labels = np.array([LABELS.index(row.label) for row in file.rows])
    counts = np.bincount(labels, minlength=len(LABELS)).astype(np.float32)
    prior: Floats = counts / np.float32(len(labels))
    unpadded = Tokenizer.from_str(tokenizer.to_str())
    unpadded.no_padding()
    encodings = unpadded.encode_batch_fast([row.text for row in file.rows])
    return [
        Example(encoding.ids[:MAX_TRAINING_TOKENS], _target(row, prior), prior, file.use.weight)
        for encoding, row in zip(encodings, file.rows, strict=True)
    ]


def _target(row: Row, prior: Floats) -> Floats:
    if row.votes is not None:
        votes: Floats = np.array(row.votes, np.float32)
        shares: Floats = votes / votes.sum()
        return shares
    target: Floats = np.multiply(prior, _SMOOTHING, dtype=np.float32)
    target[LABELS.index(row.label)] += 1 - _SMOOTHING
    return target


def epoch(files: Sequence[Sequence[Example]], repeats: Sequence[float], seed: int) -> list[Example]:
    """One epoch's examples in random order; each file's rows `repeats` times, a fraction chosen at random."""
    random = np.random.default_rng(seed)
    chosen: list[Example] = []
    for examples, times in zip(files, repeats, strict=True):
        if not times:
            continue
        whole, part = divmod(times, 1)
        chosen += list(examples) * int(whole)
        extra = random.permutation(len(examples))[: round(part * len(examples))]
        chosen += [examples[index] for index in extra]
    return [chosen[index] for index in random.permutation(len(chosen))]


def batches(examples: Sequence[Example], tokens: int, seed: int) -> list[list[Example]]:
    """Splits an epoch into batches of at most that many tokens, padding included, of similar length each."""
    random = np.random.default_rng(seed)
    mean = max(1, round(tokens * len(examples) / sum(len(example.ids) for example in examples)))
    found: list[list[Example]] = []
    for start in range(0, len(examples), mean * _POOL):
        pool = sorted(examples[start : start + mean * _POOL], key=lambda example: len(example.ids))
        groups = list(_groups(pool, tokens))
        found += [groups[index] for index in random.permutation(len(groups))]
    return found


def _groups(by_length: Sequence[Example], tokens: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    for example in by_length:
        if group and (len(group) + 1) * len(example.ids) > tokens:
            yield group
            group = []
        group.append(example)
    yield group
