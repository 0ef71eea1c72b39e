"""One report: what the data say, measured, judged and written."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from report.page import page

from analysis.config import Configuration
from analysis.dataset import Dataset, read_dataset
from analysis.engine import analyse
from analysis.examples import examples
from analysis.history import Earlier
from analysis.names import Names, names_in
from analysis.output import to_json
from analysis.results import Analysis
from analysis.settings import Settings


@dataclass(frozen=True)
class Source:
    """A data set with its predictions, as it was read."""

    path: Path
    config: Configuration
    names: Names
    data: Dataset


def read_source(path: Path, config: Configuration, progress: Callable[[str], None]) -> Source:
    """Reads a data set; raises AnalysisError with the place of what is wrong."""
    return Source(path, config, names_in(path, config), read_dataset(path, config, progress))


@dataclass(frozen=True)
class Report:
    """What a report is about, besides its data."""

    created: str
    """ISO 8601, in UTC."""
    settings: Settings
    history: Sequence[Earlier]
    notes: Sequence[str]
    """On earlier reports that are left out."""
    model: str | None
    baseline: str | None
    """Names of the versions."""
    probe: bool
    """Whether texts may be shown."""

    def analysis(self, source: Source, progress: Callable[[str], None]) -> Analysis:
        """Measures and judges; raises AnalysisError."""
        config, data, names = source.config, source.data, source.names
        return Analysis(
            created=self.created,
            config=config,
            settings=self.settings,
            data=data,
            facets=analyse(config, data, names.facets, self.settings, self.history, progress),
            model=self.model,
            baseline=self.baseline,
            notes=tuple(self.notes),
            examples=examples(source.path, config, names, data) if self.probe else (),
        )

    def write(self, folder: Path, analysis: Analysis) -> None:
        """Writes report.html and analysis.json."""
        document = json.dumps(to_json(analysis), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / "report.html").write_text(page(analysis, self.history), "utf-8")
        (folder / "analysis.json").write_text(f"{document}\n", "utf-8")


def in_words(analysis: Analysis) -> str:
    """The verdict and its tally, on one line."""
    tally = ", ".join(f"{number} {verdict}" for verdict, number in analysis.tally.items())
    return f"{analysis.verdict} ({tally})"
