"""Weeks to simulate: quiet ones, and changes that a person would call drift."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Shares = npt.NDArray[np.float64]
Shift = Callable[[Mapping[str, Shares]], dict[str, Shares]]


@dataclass(frozen=True)
class Scenario:
    """What the weeks before were like, and the one that is judged."""

    name: str
    usual: Shift
    now: Shift

    @property
    def is_like_training(self) -> bool:
        """Until now."""
        return self.usual is _same


def _same(shares: Mapping[str, Shares]) -> dict[str, Shares]:
    return dict(shares)


def tilted(name: str, strength: float) -> Shift:
    """Moves a feature's mass towards its last bins."""

    def shift(shares: Mapping[str, Shares]) -> dict[str, Shares]:
        weights = shares[name] * np.exp(strength * np.linspace(-1, 1, len(shares[name])))
        return {**shares, name: weights / weights.sum()}

    return shift


def mixed(share: float, **other: Sequence[float]) -> Shift:
    """A share of the requests is of another kind, with these distributions."""

    def shift(shares: Mapping[str, Shares]) -> dict[str, Shares]:
        changed = {name: (1 - share) * shares[name] + share * np.array(kind) for name, kind in other.items()}
        return {**shares, **changed}

    return shift


def _both(first: Shift, second: Shift) -> Shift:
    return lambda shares: second(first(shares))


_OWN_DOMAIN = tilted("textBytes", 1.0)
_ANOTHER_LANGUAGE = mixed(
    0.15,
    unknownWords=(0, 0.05, 0.1, 0.2, 0.65),
    sentiment=(0.2, 0.7, 0.1),
    confidence=(0.1, 0.3, 0.3, 0.2, 0.1, 0, 0),
)
QUIET = (
    Scenario("as in training", _same, _same),
    Scenario("a domain of its own", _OWN_DOMAIN, _OWN_DOMAIN),
)
SHIFTS = (
    Scenario("15 % another language", _same, _ANOTHER_LANGUAGE),
    Scenario("the same, in a domain of its own", _OWN_DOMAIN, _both(_OWN_DOMAIN, _ANOTHER_LANGUAGE)),
    Scenario("every fourth answer turns negative", _same, mixed(0.25, sentiment=(0, 0, 1))),
    Scenario("texts twice as long", _same, tilted("textBytes", 1.5)),
)
