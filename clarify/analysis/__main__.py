"""`python -m analysis`: analyses a data set that holds its predictions, and leaves a report.

Exit codes: 0 the report is written; 1 an input is wrong or the report cannot be written; 2 wrong arguments;
3 with --gate, the report is written and says `worse`; 130 or 143 interrupted, nothing is written.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from bias.comparison import Verdict
from report.page import page

from analysis.config import read_configuration
from analysis.dataset import read_dataset
from analysis.engine import analyse
from analysis.examples import examples
from analysis.files import all_or_nothing
from analysis.history import Earlier, read_history
from analysis.names import names_in
from analysis.output import to_json
from analysis.problem import AnalysisError
from analysis.recomputable import write_dataset
from analysis.results import Analysis
from analysis.settings import Settings

_FILES = ("dataset.csv", "report.html", "analysis.json")
"""The last one says that the report is complete."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        verdict = _run(options)
    except AnalysisError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is written", file=sys.stderr)
        return 130
    return 3 if options.gate and verdict is Verdict.WORSE else 0


def _run(options: argparse.Namespace) -> Verdict:
    config = read_configuration(options.config)
    settings = _settings(options)
    history, notes = read_history(options.history, config, options.at)
    names = names_in(options.data, config)
    with all_or_nothing(options.out, _FILES) as folder:
        data = read_dataset(options.data, config, _progress)
        analysis = Analysis(
            created=options.at,
            config=config,
            settings=settings,
            data=data,
            facets=analyse(config, data, names.facets, settings, history, _progress),
            model=options.model,
            baseline=options.baseline,
            notes=tuple(notes),
            examples=examples(options.data, config, names, data) if options.probe else (),
        )
        _write(folder, analysis, history)
        write_dataset(folder / "dataset.csv", options.data, config, names)
    tally = ", ".join(f"{number} {verdict}" for verdict, number in analysis.tally.items())
    _progress(f"{analysis.verdict} ({tally}): {options.out / 'report.html'}")
    return analysis.verdict


def _write(folder: Path, analysis: Analysis, history: Sequence[Earlier]) -> None:
    _progress("writing the report")
    document = json.dumps(to_json(analysis), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "analysis.json").write_text(f"{document}\n", "utf-8")
    (folder / "report.html").write_text(page(analysis, history), "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="analysis", description=__doc__, formatter_class=_AsWritten)
    files = parser.add_argument_group("files")
    files.add_argument("--config", type=Path, required=True, help="Clarify's analysis_config.json")
    files.add_argument("--data", type=Path, required=True, help="CSV or JSON Lines, with predictions")
    files.add_argument("--out", type=Path, required=True, help=f"folder for {', '.join(_FILES)}")
    files.add_argument("--history", type=Path, nargs="+", default=[], help="folders of earlier reports")
    files.add_argument("--probe", action="store_true", help="these are probe data, whose texts may be shown")
    words = parser.add_argument_group("words in the report")
    words.add_argument("--model", help="name of the version that the predictions are of")
    words.add_argument("--baseline", help="name of the version in baseline_predicted_label")
    words.add_argument("--at", type=_moment, default=_now(), help="when the report is made (ISO 8601; now)")
    _add_settings(parser.add_argument_group("intervals and verdicts"))
    parser.add_argument("--gate", action="store_true", help="exit with 3 where anything is worse")
    return parser


def _add_settings(group: "argparse._ArgumentGroup") -> None:
    default = Settings()
    group.add_argument("--minimum-group-size", type=int, default=default.minimum_group_size, help="rows")
    group.add_argument("--replicates", type=int, default=default.replicates, help="of the bootstrap")
    group.add_argument("--seed", type=int, default=default.seed)
    group.add_argument(
        "--error-rate", type=float, default=default.error_rate, help="of reports without change"
    )
    group.add_argument(
        "--tolerance", type=float, default=default.tolerance, help="increases that do not matter"
    )
    group.add_argument(
        "--weeks", type=int, default=default.weeks, help="newest earlier reports to compare with"
    )
    group.add_argument(
        "--intersection", nargs=2, action="append", default=[], metavar=("FACET", "OTHER"), help="repeatable"
    )


def _settings(options: argparse.Namespace) -> Settings:
    return Settings(
        minimum_group_size=options.minimum_group_size,
        replicates=options.replicates,
        seed=options.seed,
        error_rate=options.error_rate,
        tolerance=options.tolerance,
        weeks=options.weeks,
        intersections=tuple((first, second) for first, second in options.intersection),
    )


class _AsWritten(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults, and the description in its lines."""


def _moment(text: str) -> str:
    moment = _parsed(text)
    return (
        (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        .astimezone(UTC)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no ISO 8601 time, such as 2026-01-31T12:00:00Z"
        ) from error


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{step[:100]}", end="", file=sys.stderr, flush=True)
    else:
        print(step, file=sys.stderr)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
