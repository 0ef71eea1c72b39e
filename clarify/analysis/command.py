"""What every command that leaves a report has in common: options, and how it ends."""

import argparse
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from bias.comparison import Verdict

from analysis.config import Configuration
from analysis.history import read_history
from analysis.problem import AnalysisError
from analysis.reporting import Report
from analysis.settings import Settings


def run(options: argparse.Namespace, work: Callable[[argparse.Namespace], Verdict]) -> int:
    """Does the work; returns the exit code: 0 done; 1 an input is wrong or something failed; 3 with --gate
    where the verdict is `worse`; 130 interrupted. SIGTERM ends with 143, after everything was cleaned up.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        verdict = work(options)
    except AnalysisError as error:
        _complain(str(error))
        return 1
    except KeyboardInterrupt:
        _complain("interrupted; no report is written")
        return 130
    return 3 if options.gate and verdict is Verdict.WORSE else 0


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that every command takes."""
    made = argparse.ArgumentParser(prog=name, description=description, formatter_class=_AsWritten)
    files = made.add_argument_group("files")
    files.add_argument("--config", type=Path, required=True, help="Clarify's analysis_config.json")
    files.add_argument("--data", type=Path, required=True, help="CSV or JSON Lines")
    files.add_argument("--out", type=Path, required=True, help="folder for the report, whole or not at all")
    files.add_argument("--history", type=Path, nargs="+", default=[], help="folders of earlier reports")
    files.add_argument("--probe", action="store_true", help="these are probe data, whose texts may be shown")
    made.add_argument("--at", type=_moment, default=_now(), help="when the report is made (ISO 8601; now)")
    made.add_argument("--gate", action="store_true", help="exit with 3 where anything is worse")
    _add_settings(made.add_argument_group("intervals and verdicts"))
    return made


def report_of(
    options: argparse.Namespace, config: Configuration, model: str | None, baseline: str | None
) -> Report:
    """What the options say of the report, with the earlier ones; raises AnalysisError."""
    settings = _settings(options)
    history, notes = read_history(options.history, config, options.at)
    return Report(options.at, settings, history, notes, model, baseline, options.probe)


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


class _AsWritten(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows defaults, and the description in its lines."""


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no ISO 8601 time, such as 2026-01-31T12:00:00Z"
        ) from error
    return _utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _now() -> str:
    return _utc(datetime.now(UTC))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _complain(problem: str) -> None:
    print(f"\n{problem}" if sys.stderr.isatty() else problem, file=sys.stderr)


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # cleaning up is not to be stopped
    raise SystemExit(128 + number)
