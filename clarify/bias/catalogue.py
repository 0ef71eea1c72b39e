"""`python -m bias.catalogue FILE`: writes the list of metrics into a Markdown file, between two comments."""

import sys
from collections.abc import Iterator
from math import isinf
from pathlib import Path

from bias.registry import METRICS, Metric, Stage

_PIPE = "&#124;"
_BEGIN, _END = "<!-- metrics -->", "<!-- /metrics -->"
_STAGES = {
    Stage.PRE_TRAINING: "Of the labels (pre-training)",
    Stage.POST_TRAINING: "Of the predictions (post-training)",
}


def with_metrics(text: str) -> str:
    """The text, with the list between its comments written anew; raises ValueError where it has none."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"the file has no {_BEGIN} … {_END}")
    return f"{before}{begin}\n{catalogue()}\n{end}{after}"


def catalogue() -> str:
    """Every metric with its definition, range, fair value, meaning and source, as Markdown."""
    return "\n".join(line for stage, title in _STAGES.items() for line in _stage(stage, title))


def _stage(stage: Stage, title: str) -> Iterator[str]:
    yield f"\n### {title}\n"
    yield "| Metric | Definition | Range | Fair | Meaning |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (_row(metric) for metric in METRICS.values() if metric.stage is stage)


def _row(metric: Metric) -> str:
    low, high = (_end(value) for value in metric.range)
    cells = [
        f"[{metric.name}]({metric.source}): {metric.title}",
        metric.definition,
        f"{low} to {high}",
        f"{metric.fair:g}",
        metric.meaning,
    ]
    return f"| {' | '.join(cell.replace('|', _PIPE) for cell in cells)} |"


def _end(value: float) -> str:
    if isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:.3g}"


def main(path: Path) -> None:
    """Writes the list into the file."""
    path.write_text(with_metrics(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
