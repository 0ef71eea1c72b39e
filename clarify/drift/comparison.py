"""Compares a week's traffic with the training texts and with the weeks before, and says what drifted.

A feature drifted when it is unlike the training texts AND unlike the weeks before. Production seldom is like
the training data; the first week says so. After that, what people have seen is not news; a further change is.
A change that brings traffic near to the training texts is one that the model was made for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.features import FEATURES, Feature
from drift.histogram import Histogram, pooled
from drift.reference import Reference
from drift.results import Distance, Drift, DriftVerdict, FeatureDrift
from drift.stability import overdispersion, stability_index, threshold
from drift.traffic import Traffic, weeks_before

MINIMUM_REQUESTS = 500
"""Of a week. With fewer, alike texts of a few users decide what the week looks like (drift/simulation.py)."""
ASSUMED_OVERDISPERSION = 15.0
"""Unless the weeks before show more: twenty alike texts a user, and some send many more (docs/drift.md)."""


def compare(
    reference: Reference | None,
    traffic: Traffic,
    earlier: Sequence[Traffic] = (),
    model: str | None = None,
) -> Drift:
    """`earlier`: the weeks of earlier reports; `model`: the version whose answers are compared."""
    before = weeks_before(traffic, earlier)
    weeks = _Weeks(reference, traffic, before, model)
    features = tuple(weeks.judge(feature) for feature in FEATURES)
    verdicts = {feature.verdict for feature in features}
    order = (DriftVerdict.DRIFT, DriftVerdict.OK, DriftVerdict.INSUFFICIENT_DATA)
    verdict = next(verdict for verdict in order if verdict in verdicts)
    return Drift(verdict, traffic.start, traffic.end, traffic.requests, len(before), features, traffic.notes)


@dataclass(frozen=True)
class _Weeks:
    reference: Reference | None
    traffic: Traffic
    earlier: Sequence[Traffic]
    model: str | None

    def judge(self, feature: Feature) -> FeatureDrift:
        found = self.traffic.histogram(feature, self.model)
        training = self._training(feature)
        if found is None or found.total < MINIMUM_REQUESTS:
            count = found.total if found else 0
            return _unknown(feature, count, f"{count:,} requests; {MINIMUM_REQUESTS} are needed")
        if training is None:
            return _unknown(feature, found.total, "the version says nothing of its training texts")
        if training.bins != found.bins or not self._is_comparable(feature, self.traffic):
            return _unknown(feature, found.total, "the training texts were counted in another way")
        return self._compared(feature, found, training)

    def _compared(self, feature: Feature, found: Histogram, training: Histogram) -> FeatureDrift:
        weeks = self._weeks(feature, found)
        before = pooled(weeks)
        spread = max(ASSUMED_OVERDISPERSION, overdispersion(weeks))
        from_training = _distance(training, found, spread, 1)
        from_before = _distance(before, found, spread, spread) if before else None
        verdict, reason = self._verdict(feature, from_training, from_before)
        return FeatureDrift(
            feature.name,
            feature.title,
            feature.meaning,
            verdict,
            reason,
            found.total,
            feature.labels(found.bins),
            found.shares,
            training.shares,
            before.shares if before else (),
            from_training,
            from_before,
        )

    def _verdict(
        self, feature: Feature, from_training: Distance, from_before: Distance | None
    ) -> tuple[DriftVerdict, str]:
        if not from_training.is_far:
            return DriftVerdict.OK, "like the training texts"
        if from_before is None and feature.of_answer and self.earlier:
            return DriftVerdict.INSUFFICIENT_DATA, "unlike the training texts, in a new version's first week"
        if from_before is None:
            return DriftVerdict.DRIFT, "unlike the training texts, in the first week that is looked at"
        if from_before.is_far:
            return DriftVerdict.DRIFT, "unlike the training texts, and unlike the weeks before"
        return DriftVerdict.OK, "unlike the training texts, but as in the weeks before"

    def _training(self, feature: Feature) -> Histogram | None:
        return self.reference.histograms.get(feature.name) if self.reference else None

    def _weeks(self, feature: Feature, found: Histogram) -> list[Histogram]:
        weeks = [
            week.histogram(feature, self.model) for week in self.earlier if self._is_comparable(feature, week)
        ]
        return [week for week in weeks if week and week.bins == found.bins and week.total >= MINIMUM_REQUESTS]

    def _is_comparable(self, feature: Feature, week: Traffic) -> bool:
        """Words are unknown to one list of words."""
        by_words = feature.name == "unknownWords"
        return not by_words or self.reference is None or week.vocabulary == self.reference.vocabulary


def _distance(expected: Histogram, found: Histogram, of_found: float, of_expected: float) -> Distance:
    """With the numbers of independent requests that tell as much as these do."""
    limit = threshold(
        expected.total / of_expected, found.total / of_found, len(found.bins), features=len(FEATURES)
    )
    return Distance(stability_index(expected, found), limit)


def _unknown(feature: Feature, requests: int, reason: str) -> FeatureDrift:
    verdict = DriftVerdict.INSUFFICIENT_DATA
    return FeatureDrift(feature.name, feature.title, feature.meaning, verdict, reason, requests)
