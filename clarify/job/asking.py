"""Everything that a job asks of its models: a prediction of each row, and what explains them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from analysis.progress import Countdown, step
from analysis.reporting import Source, read_source
from drift.reference import Reference, read_reference
from explanations.explain import Explained, explain

from job.client import Patience
from job.formats import Prediction
from job.questions import Question, predictions
from job.table import Unpredicted
from job.version import Ask, Version, reached


@dataclass(frozen=True)
class Answers:
    """What the models said."""

    source: Source
    explained: Explained
    reference: Reference | None
    """What the model's training texts are like, where it says so."""


@dataclass(frozen=True)
class Inquiry:
    """A data set, and the versions that are asked about it."""

    rows: Unpredicted
    model: Version
    baseline: Version | None
    patience: Patience
    probe: bool
    seed: int

    def answers(self, work: Path, scratch: Path) -> Answers:
        """Asks both versions. `work` keeps their answers; `scratch` gets the data set with predictions.

        Raises AnalysisError where a version cannot be asked, or gives no answer.
        """
        labels = self.rows.config.labels
        with ExitStack() as versions:
            step(f"starting the model {self.model.name}")
            model = versions.enter_context(reached(self.model, labels, self.patience))
            reference = read_reference(model.manifest)
            baseline = None
            if self.baseline is not None:
                step(f"starting the baseline {self.baseline.name}")
                baseline = versions.enter_context(reached(self.baseline, labels, self.patience)).ask
            source = self._predicted(model.ask, baseline, work, scratch / "predicted.csv")
            return Answers(source, self._explained(source, model.ask, work), reference)

    def _predicted(self, model: Ask, baseline: Ask | None, work: Path, table: Path) -> Source:
        versions = 1 if baseline is None else 2
        progress = Countdown("predictions", versions * self.rows.rows)
        with ExitStack() as asking:

            def asked(ask: Ask, role: str) -> Iterator[Prediction]:
                answers = predictions(self.rows.questions(), ask, self._file(work, role), progress)
                return asking.enter_context(closing(answers))

            others = None if baseline is None else asked(baseline, "baseline")
            self.rows.write(table, asked(model, "model"), others)
        return read_source(table, self.rows.predicted(), step)

    def _explained(self, source: Source, model: Ask, work: Path) -> Explained:
        def scores(texts: Sequence[str]) -> list[tuple[float, ...]]:
            names = (f"variant {number} of a text" for number in range(1, len(texts) + 1))
            questions = map(Question, names, texts)
            progress = Countdown("variants of texts", len(texts))
            file = self._file(work, "explanations")
            return [answer.scores for answer in predictions(questions, model, file, progress)]

        return explain(
            source.path,
            source.config,
            source.names,
            source.data,
            scores,
            probe=self.probe,
            seed=self.seed,
            progress=step,
        )

    def _file(self, work: Path, role: str) -> Path:
        """By data set, role and version."""
        version = self.baseline if role == "baseline" and self.baseline is not None else self.model
        return work / f"{_key(self.rows)}-{role}-{version.name}.jsonl"


def forget(work: Path, rows: Unpredicted) -> None:
    """Removes the answers that were kept for a data set."""
    for file in work.glob(f"{_key(rows)}-*.jsonl"):
        file.unlink()


def _key(rows: Unpredicted) -> str:
    return rows.digest[:16]
