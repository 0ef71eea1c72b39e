"""Writes the generated parts of card.md from the artifact's manifest: `python model/card.py [--check]`."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_STALE, _BAD_INPUT = 1, 2

Manifest = Mapping[str, Any]  # checked against model.schema.json by the tests


def render(card: str, manifest: Manifest) -> str:
    """The card with each part between `<!-- begin NAME -->` and `<!-- end NAME -->` made anew.

    Raises ValueError when the card lacks a part.
    """
    for name, write in _PARTS.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        part = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
        if not part.search(card):
            raise ValueError(f"the card lacks the lines {begin.strip()} and {end}; add them")
        card = f"{begin}{write(manifest)}\n{end}".join(part.split(card))
    return card


def _model(manifest: Manifest) -> str:
    pretrained, calibration = manifest["pretrained"], manifest["calibration"]
    parameters = ", ".join(f"{name} {value:g}" for name, value in manifest["hyperparameters"].items())
    offsets = ", ".join(f"{label} {value:+.2f}" for label, value in calibration["offsets"].items())
    return "\n".join(
        [
            f"- Started from: {pretrained['package']} {pretrained['version']} ({pretrained['licence']}),"
            f" package SHA-256 `{pretrained['sha256'][:16]}…`",
            f"- `model.onnx` SHA-256 `{manifest['files']['model.onnx'][:16]}…`",
            f"- Hyper-parameters: {parameters}; seed {manifest['seed']}",
            f"- Calibration: temperature {calibration['temperature']:.2f}, offsets {offsets};"
            f" expected calibration error on all dev sets together {calibration['dev_error']:.3f}",
            "- Packages: " + ", ".join(f"{name} {version}" for name, version in manifest["packages"].items()),
        ]
    )


def _data(manifest: Manifest) -> str:
    header = ["file", "rows used", "dropped", "per epoch", "last pass", "weight", "licence"]
    rows = [
        [
            file["file"].removeprefix("train/"),
            f"{file['used']:,}",
            f"{file['dropped']:,}",
            f"{file['repeats']:g}",
            f"{file['last']:g}",
            f"{file['weight']:g}",
            file["licence"],
        ]
        for file in manifest["data"]
    ]
    return _table(header, rows)


def _metrics(manifest: Manifest) -> str:
    header = ["set", "rows", "macro-F1 (95 %)", "accuracy (95 %)", "macro recall", "neutral recall"]
    header += ["calibration error", "macro-F1 in floats"]
    return _table(header, [_metrics_row(name, item) for name, item in manifest["metrics"].items()])


def _metrics_row(name: str, metrics: Mapping[str, Any]) -> list[str]:
    def with_interval(metric: str) -> str:
        low, high = metrics["intervals"][metric]
        return f"{metrics[metric]:.1%} ({low:.1%}-{high:.1%})"

    return [
        name,
        f"{metrics['rows']:,}",
        with_interval("macro_f1"),
        with_interval("accuracy"),
        f"{metrics['macro_recall']:.1%}",
        f"{metrics['per_class']['neutral']['recall']:.1%}",
        f"{metrics['calibration_error']:.3f}",
        f"{metrics['float_macro_f1']:.1%}",
    ]


def _slices(manifest: Manifest) -> str:
    header = ["texts", "rows", "macro-F1", "accuracy", "negative", "called negative"]
    rows = [
        [name, f"{item['rows']:,}", *(f"{item[key]:.1%}" for key in _SLICE_KEYS)]
        for name, item in manifest["slices"].items()
    ]
    return _table(header, rows)


_SLICE_KEYS = ("macro_f1", "accuracy", "negative", "predicted_negative")
_PARTS: Mapping[str, Callable[[Manifest], str]] = {
    "model": _model,
    "data": _data,
    "metrics": _metrics,
    "slices": _slices,
}


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        yield "| " + " | ".join(header) + " |"
        yield "| " + " | ".join(["---"] * len(header)) + " |"
        for row in rows:
            yield "| " + " | ".join(row) + " |"

    return "\n".join(lines())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 1 when `--check` finds the card stale, or 2 when it cannot be written."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the model card.")
    parser.add_argument("--artifact", type=Path, default=_FOLDER / "artifact", metavar="DIR")
    parser.add_argument("--card", type=Path, default=_FOLDER / "card.md", metavar="FILE")
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the card is stale")
    options = parser.parse_args(arguments)
    try:
        present = options.card.read_text(encoding="utf-8")
        fresh = render(present, json.loads((options.artifact / "model.json").read_bytes()))
    except (OSError, ValueError) as error:
        print(f"{options.card}: {error}", file=sys.stderr)
        return _BAD_INPUT
    if options.check and fresh != present:
        print(f"{options.card} is stale; run `npm run model:card`", file=sys.stderr)
        return _STALE
    options.card.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
