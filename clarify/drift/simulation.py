"""`python -m drift.simulation`: how often weeks without drift alarm, and which changes are found.

Requests come from users who differ in how much they send and in what they send, so that they are not
independent. The training texts' shares are those of the shipped model's reference.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from drift.comparison import compare
from drift.histogram import Histogram
from drift.reference import Reference, read_reference
from drift.results import DriftVerdict
from drift.scenarios import QUIET, SHIFTS, Scenario, Shares
from drift.traffic import Traffic

_MODEL = Path(__file__).parents[2] / "model" / "artifact" / "model.json"
_REQUESTS = (500, 1_000, 3_000, 20_000)
_HISTORY = 8
_SPREAD_OF_VOLUME = 1.0


@dataclass(frozen=True)
class Users:
    """`likeness`: 0 where every user sends the same mixture; their number follows from the requests."""

    texts_each: int
    likeness: float


INDEPENDENT = Users(1, 0)
ALIKE = Users(20, 0.2)
"""Twenty texts each; a user's own taste makes a fifth of the variance of a single text."""
FEW = Users(100, 0.2)
"""A few users who make all of the traffic."""
_KINDS = {"independent": INDEPENDENT, "alike": ALIKE, "few users": FEW}


def alarms(
    reference: Reference, scenario: Scenario, requests: int, users: Users, history: int, runs: int
) -> float:
    """Share of weeks that are called drift."""
    draw = np.random.default_rng(0)
    shares = {name: np.array(found.shares) for name, found in reference.histograms.items()}
    found = 0
    for _ in range(runs):
        *earlier, week = _weeks(draw, reference, scenario, shares, requests, users, history)
        found += compare(reference, week, earlier, "model").verdict is DriftVerdict.DRIFT
    return found / runs


def _weeks(
    draw: np.random.Generator,
    reference: Reference,
    scenario: Scenario,
    shares: Mapping[str, Shares],
    requests: int,
    users: Users,
    history: int,
) -> list[Traffic]:
    return [
        Traffic(
            f"2026-01-{number + 1:02}",
            f"2026-01-{number + 2:02}",
            reference.vocabulary,
            requests,
            {"model": _histograms(draw, reference, shift(shares), requests, users)},
        )
        for number, shift in enumerate([scenario.usual] * history + [scenario.now])
    ]


def _histograms(
    draw: np.random.Generator,
    reference: Reference,
    shares: Mapping[str, Shares],
    requests: int,
    users: Users,
) -> dict[str, Histogram]:
    return {
        name: Histogram(like.bins, _counts(draw, shares[name], requests, users))
        for name, like in reference.histograms.items()
    }


def _counts(draw: np.random.Generator, shares: Shares, requests: int, users: Users) -> tuple[int, ...]:
    """Each user draws a mixture around the shares (Dirichlet), and then texts from it."""
    if users.likeness == 0:
        return tuple(draw.multinomial(requests, shares).tolist())
    number = max(2, requests // users.texts_each)
    volumes = draw.lognormal(0, _SPREAD_OF_VOLUME, number)
    texts = draw.multinomial(requests, volumes / volumes.sum())
    own = draw.dirichlet(np.maximum(shares, 1e-4) * (1 / users.likeness - 1), number)
    return tuple(draw.multinomial(texts, own).sum(axis=0).tolist())


def table(reference: Reference, runs: int) -> list[str]:
    """The rows as text: per cent of weeks that alarm, by requests a week."""
    heads = "".join(f"{number:>9,}" for number in _REQUESTS)
    lines = [f"{'per cent of weeks called drift, by requests a week':<66}{heads}"]
    for scenario, kind, history in _rows():
        rates = (alarms(reference, scenario, number, _KINDS[kind], history, runs) for number in _REQUESTS)
        name = f"{scenario.name}; {kind}; {history} weeks before"
        lines.append(f"{name:<66}" + "".join(f"{100 * rate:>9.1f}" for rate in rates))
    return lines


def _rows() -> Iterator[tuple[Scenario, str, int]]:
    """Without the first week in a domain of its own, which is to be told."""
    for scenario, kind, history in product((*QUIET, *SHIFTS), _KINDS, (0, _HISTORY)):
        is_told = history == 0 and not scenario.is_like_training
        if not is_told and (scenario in QUIET or kind == "alike"):
            yield scenario, kind, history


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 1 where the model has no reference."""
    parser = argparse.ArgumentParser(prog="drift.simulation", description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000, help="weeks for each figure")
    parser.add_argument("--model", type=Path, default=_MODEL, metavar="FILE", help="a model.json")
    options = parser.parse_args(arguments)
    reference = read_reference(options.model)
    if reference is None:
        print(
            f"{options.model} has no section `reference`; write it with model/reference.py", file=sys.stderr
        )
        return 1
    for line in table(reference, options.runs):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
