"""`python -m simulation`: measures the engine, and prints the tables of docs/bias-metrics.md."""

import argparse
import sys
from collections.abc import Sequence

from analysis.settings import Settings
from bias.registry import METRICS

from simulation.coverage import Coverage, coverages
from simulation.reports import Rates, harm, no_difference

_HARMS = (5, 10, 20)
_SIZES = (1000, 3000)
_MOST = 0.5


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the tables as Markdown; progress goes to stderr."""
    options = _parser().parse_args(arguments)
    settings = Settings(replicates=options.replicates)
    measured = list(coverages(options.samples, options.replicates, options.seed, _progress))
    print("\n".join(_coverage_table(measured)), flush=True)
    print()
    print("| Rows | Change | Reports | `worse` anywhere | `worse` of the harmed group |")
    print("| ---: | --- | ---: | ---: | ---: |")
    for rows in _SIZES:
        calm = no_difference(options.reports, rows, settings, options.seed, _progress)
        print(_row(rows, "none", calm), flush=True)
        for points in _HARMS:
            rates = harm(points, options.power, rows, settings, options.seed, _progress)
            print(_row(rows, f"recall of one group falls by {points} points", rates), flush=True)


def _coverage_table(measured: Sequence[Coverage]) -> list[str]:
    heads = [f"{found.population}, {found.rows} rows" for found in measured]
    lines = [f"| Metric | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    for name in sorted(METRICS, key=lambda name: METRICS[name].stage, reverse=True):
        cells = [_share(found, name) for found in measured]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _share(found: Coverage, name: str) -> str:
    """A dash where most samples have too few rows for an interval: those with one are not like the others."""
    return f"{100 * found.held[name]:.1f}" if found.given[name] > _MOST else "-"


def _row(rows: int, change: str, rates: Rates) -> str:
    found = f"{100 * rates.found:.0f} %" if rates.found == rates.found else ""
    return f"| {rows} | {change} | {rates.reports} | {100 * rates.any_worse:.1f} % | {found} |"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="simulation", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=400, help="for the coverage, in each column")
    parser.add_argument("--reports", type=int, default=100, help="without a difference, at each size")
    parser.add_argument("--power", type=int, default=50, help="reports with a harm, at each size and harm")
    parser.add_argument("--replicates", type=int, default=1000, help="of the bootstrap")
    parser.add_argument("--seed", type=int, default=7)
    return parser


def _progress(step: str) -> None:
    print(step, file=sys.stderr)


if __name__ == "__main__":
    main()
