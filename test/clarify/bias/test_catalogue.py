"""docs/bias-metrics.md lists the metrics as they are registered."""

from pathlib import Path

import pytest
from bias.catalogue import catalogue, main, with_metrics
from bias.registry import METRICS

_PAGE = Path(__file__).parents[3] / "docs/bias-metrics.md"


def test_the_page_is_up_to_date() -> None:
    text = _PAGE.read_text("utf-8")
    assert with_metrics(text) == text, f"run `python -m bias.catalogue {_PAGE}` in clarify/"


def test_lists_every_metric() -> None:
    rows = [line for line in catalogue().splitlines() if line.startswith("| [")]
    assert len(rows) == len(METRICS)
    assert all(row.count("|") == 6 for row in rows)  # a bar within a cell would be a column


def test_is_written_between_the_comments(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- metrics -->\nold\n<!-- /metrics -->\nafter\n")
    main(page)
    text = page.read_text("utf-8")
    assert text.startswith("before\n<!-- metrics -->\n")
    assert text.endswith("<!-- /metrics -->\nafter\n")
    assert "old" not in text
    assert "Class Imbalance" in text


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="has no <!-- metrics -->"):
        with_metrics("nothing")
