"""What a comparison found: the week, feature by feature."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class DriftVerdict(StrEnum):
    """What a report says about a feature, and about the week."""

    OK = "ok"
    DRIFT = "drift"
    INSUFFICIENT_DATA = "insufficient data"


@dataclass(frozen=True)
class Distance:
    """How far the week is from something, and from how far on that counts."""

    psi: float
    threshold: float

    @property
    def is_far(self) -> bool:
        """Further than chance, and than what matters."""
        return self.psi > self.threshold


@dataclass(frozen=True)
class FeatureDrift:
    """One feature of the week; shares are by bin, and empty where there is nothing to show."""

    name: str
    title: str
    meaning: str
    verdict: DriftVerdict
    reason: str
    requests: int
    bins: tuple[str, ...] = ()
    found: tuple[float, ...] = ()
    training: tuple[float, ...] = ()
    before: tuple[float, ...] = ()
    from_training: Distance | None = None
    from_before: Distance | None = None


@dataclass(frozen=True)
class Drift:
    """The week, feature by feature; moments are ISO 8601."""

    verdict: DriftVerdict
    start: str
    end: str
    requests: int
    weeks_before: int
    features: tuple[FeatureDrift, ...]
    notes: tuple[str, ...] = ()

    def summary(self) -> dict[str, Any]:
        """`drift` of summary.json: the index and its threshold are those towards the training texts."""
        return {
            "verdict": str(self.verdict),
            "requests": self.requests,
            "features": [_summary(feature) for feature in self.features],
        }


def _summary(feature: FeatureDrift) -> Mapping[str, Any]:
    distance = feature.from_training
    return {
        "name": feature.name,
        "psi": distance.psi if distance else None,
        "threshold": distance.threshold if distance else None,
        "verdict": str(feature.verdict),
    }
