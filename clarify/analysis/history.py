"""Earlier reports: read from their analysis.json."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bias.comparison import Estimate, Verdict
from jsonschema import Draft202012Validator

from analysis.config import Configuration
from analysis.problem import AnalysisError

_NAME = "analysis.json"
SCHEMA = Path(__file__).with_name("analysis.schema.json")

_Json = Mapping[str, Any]

Key = tuple[str, str, str]
"""Facet, value, metric."""


@dataclass(frozen=True)
class Earlier:
    """One earlier report."""

    created: str
    verdict: Verdict
    worse: int
    """How many of its verdicts are `worse`."""
    estimates: Mapping[Key, Estimate]
    values: Mapping[Key, float]
    verdicts: Mapping[Key, Verdict]
    model: str | None = None


def read_history(
    folders: Sequence[Path], config: Configuration, before: str
) -> tuple[list[Earlier], list[str]]:
    """The reports in the folders, however deep, that were made before a time, oldest first; and notes on
    those that cannot be compared with.

    Raises AnalysisError where a folder is missing or an analysis.json is none.
    """
    reports, notes = [], []
    for path in (folder / _NAME for folder in report_folders(folders)):
        document = _checked(path)
        if problem := _incomparable(document, config, before):
            notes.append(f"The earlier report {path.parent.name} is not compared with: {problem}.")
        else:
            reports.append(_read(document["serin"]))
    return sorted(reports, key=lambda report: report.created), notes


def report_folders(folders: Sequence[Path]) -> list[Path]:
    """The folders that hold a report, in the given ones and at any depth below. Raises AnalysisError where a
    folder is missing.
    """
    for folder in folders:
        if not folder.is_dir():
            raise AnalysisError(
                f"{folder} is no folder; name one with an analysis.json, or with folders that have one"
            )
    return sorted({path.parent.resolve() for folder in folders for path in folder.rglob(_NAME)})


def _checked(path: Path) -> _Json:
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise AnalysisError(f"{path} cannot be read as JSON: {error}") from error
    validator = Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    if problem := next(validator.iter_errors(document), None):
        raise AnalysisError(f"{path} is no analysis.json: {problem.json_path} {problem.message[:200]}")
    checked: _Json = document
    return checked


def _incomparable(document: _Json, config: Configuration, before: str) -> str | None:
    if "serin" not in document:
        return "SageMaker Clarify made it, which gives no standard errors"
    if document["serin"]["positive"] != list(config.positive):
        return f"its positive outcome is {', '.join(document['serin']['positive'])}"
    if document["serin"]["created"] >= before:
        return "it is not older than this one"
    return None


def _read(section: _Json) -> Earlier:
    rows = list(_rows(section))
    return Earlier(
        created=section["created"],
        verdict=Verdict(section["verdict"]),
        worse=section["tally"][Verdict.WORSE],
        estimates={
            key: Estimate(row["unfairness"], row["standard_error"])
            for key, row in rows
            if isinstance(row["unfairness"], float | int) and row["standard_error"] is not None
        },
        values={key: float(row["value"]) for key, row in rows if row["value"] is not None},
        verdicts={key: Verdict(row["verdict"]) for key, row in rows},
        model=section["model"],
    )


def _rows(section: _Json) -> Iterator[tuple[Key, _Json]]:
    for facet, groups in section["facets"].items():
        for group in groups:
            for name, row in group["metrics"].items():
                yield (facet, group["value_or_threshold"], name), row
