"""Writes the probe: `python -m probe --out FILE.csv`, or prints the table of its rows: `--table`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from probe.rows import write_csv
from probe.sentences import FACETS, probe
from probe.source import read_source
from probe.table import table


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when the file cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m probe", description="Write the probe's sentences.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FILE.csv")
    what.add_argument("--table", action="store_true", help="print how many rows there are, in Markdown")
    options = parser.parse_args(arguments)
    rows = probe(read_source())
    if options.table:
        print(table(rows))
        return 0
    try:
        write_csv(options.out, rows, FACETS)
    except OSError as error:
        print(f"{options.out}: {error.strerror}; name a file in a folder that exists", file=sys.stderr)
        return 2
    print(f"{options.out}: {len(rows):,} rows", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
