"""`python -m analysis`: analyses a data set that holds its predictions, and leaves a report.

It writes dataset.csv, report.html and analysis.json. Exit codes: 0 they are written; 1 an input is wrong or
they cannot be written; 2 wrong arguments; 3 with --gate, they are written and say `worse`; 130 or 143
interrupted, nothing is written.
"""

import argparse
import sys
from collections.abc import Sequence

from bias.comparison import Verdict

from analysis import command
from analysis.config import read_configuration
from analysis.files import all_or_nothing
from analysis.progress import result, step
from analysis.recomputable import write_dataset
from analysis.reporting import in_words, read_source

_FILES = ("dataset.csv", "report.html", "analysis.json")
"""The last one says that the report is complete."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return command.run(_parser().parse_args(arguments), _analyse)


def _analyse(options: argparse.Namespace) -> Verdict:
    config = read_configuration(options.config)
    report = command.report_of(options, config, options.model, options.baseline)
    with all_or_nothing(options.out, _FILES) as folder:
        source = read_source(options.data, config, step)
        analysis = report.analysis(source, step)
        step("writing the report")
        report.write(folder, analysis)
        write_dataset(folder / "dataset.csv", options.data, config.dataset_type, source.names.all)
    result(f"{in_words(analysis)}: {options.out / 'report.html'}")
    return analysis.verdict


def _parser() -> argparse.ArgumentParser:
    parser = command.parser("analysis", __doc__)
    words = parser.add_argument_group("words in the report")
    words.add_argument("--model", help="name of the version that the predictions are of")
    words.add_argument("--baseline", help="name of the version in baseline_predicted_label")
    return parser


if __name__ == "__main__":
    sys.exit(main())
