"""`python -m job`: asks a model about a data set, analyses and explains its answers, and leaves a report.

Exit codes: 0 the report is written; 1 an input is wrong, a model gives no answer, or the report cannot be
written; 2 wrong arguments; 3 with --gate, the report is written and says `worse`; 130 or 143 interrupted, no
report is written. With --work, a job that did not end well asks only for what is missing when it is started
again.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from analysis import command
from analysis.config import read_configuration
from analysis.files import all_or_nothing
from analysis.history import report_folders
from analysis.problem import AnalysisError
from analysis.progress import result, step
from analysis.recomputable import write_dataset
from analysis.reporting import Report, in_words
from analysis.results import Analysis
from analysis.rows import CSV, columns_of
from analysis.texts import TEXT
from bias.comparison import Verdict
from drift.comparison import compare
from drift.traffic import Traffic, read_earlier, read_traffic
from explanations.local import write_local
from report.pdf import write_pdf

from job.asking import Answers, Inquiry, forget
from job.client import Patience
from job.summary import write_summary
from job.table import check
from job.version import version

_FILES = (
    "dataset.csv",
    "explanations_shap/out.jsonl",
    "traffic.json",
    "report.html",
    "report.pdf",
    "analysis.json",
    "summary.json",
)
"""The last one says that the report is complete; which others there are depends on the arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command.run(_parser().parse_args(arguments), _report)


def _report(options: argparse.Namespace) -> Verdict:
    config = read_configuration(options.config)
    baseline = None if options.baseline is None else options.baseline.name
    report = command.report_of(options, config, options.model.name, baseline)
    # before a model is asked, so that what is wrong is said at once
    traffic = None if options.traffic is None else read_traffic(options.traffic)
    with _folders(options.work) as (work, scratch), all_or_nothing(options.out, _FILES) as folder:
        rows = check(options.data, config)
        patience = Patience(budget_s=options.patience)
        inquiry = Inquiry(rows, options.model, options.baseline, patience, options.probe, options.seed)
        answers = inquiry.answers(work, scratch)
        analysis = _analysis(report, answers, traffic, options.history)
        _write(folder, report, analysis, answers, options)
        forget(work, rows)
    result(f"{in_words(analysis)}: {options.out / 'report.html'}")
    return analysis.verdict


def _analysis(report: Report, answers: Answers, traffic: Traffic | None, history: Sequence[Path]) -> Analysis:
    analysis = replace(report.analysis(answers.source, step), explanations=answers.explained.explanations)
    if traffic is None:
        return analysis
    earlier, notes = read_earlier(report_folders(history))
    drift = compare(answers.reference, traffic, earlier, model=report.model)
    return replace(analysis, drift=drift, notes=(*analysis.notes, *notes))


def _write(
    folder: Path, report: Report, analysis: Analysis, answers: Answers, options: argparse.Namespace
) -> None:
    step("writing the report")
    source = answers.source
    there = columns_of(source.path, CSV)
    shown = [name for name in there if options.probe or name != TEXT]
    write_dataset(folder / "dataset.csv", source.path, CSV, shown)
    write_local(folder / "explanations_shap" / "out.jsonl", answers.explained)
    if options.traffic is not None:
        shutil.copyfile(options.traffic, folder / "traffic.json")
    report.write(folder, analysis)
    if (problem := write_pdf(folder / "report.html", folder / "report.pdf")) is not None:
        step(problem)
    write_summary(folder / "summary.json", analysis)


@contextmanager
def _folders(work: Path | None) -> Iterator[tuple[Path, Path]]:
    """Where answers are kept, and where all else is put that is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="serin-job-") as scratch:
        if work is not None:
            try:
                work.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise AnalysisError(f"{work} cannot be written: {error.strerror}") from error
        yield work or Path(scratch), Path(scratch)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser("job", __doc__)
    place = "an artifact's folder, a model.tar.gz, or a SageMaker endpoint's address"
    versions = parser.add_argument_group("model versions")
    versions.add_argument("--model", type=version, required=True, metavar="VERSION=PLACE", help=place)
    versions.add_argument("--baseline", type=version, metavar="VERSION=PLACE", help="to compare with")
    versions.add_argument(
        "--patience",
        type=float,
        default=Patience.budget_s,
        help="seconds until an answer is given up",
    )
    more = parser.add_argument_group("more files")
    more.add_argument("--traffic", type=Path, help="traffic.json: histograms of a week, to find drift")
    more.add_argument("--work", type=Path, help="folder that keeps answers until the report is written")
    return parser


if __name__ == "__main__":
    sys.exit(main())
