"""The model card: its generated parts are those of the artifact that ships."""

import json
from pathlib import Path

import pytest
from card import main, render

ROOT = Path(__file__).parents[2]


def test_the_card_is_that_of_the_artifact() -> None:
    assert main(["--check"]) == 0


def test_a_stale_card_is_told_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "card.md"
    fresh = (ROOT / "model" / "card.md").read_text(encoding="utf-8")
    card.write_text(fresh.replace("| test/sst3 | 2,210 |", "| test/sst3 | 9,999 |"), encoding="utf-8")
    assert card.read_text(encoding="utf-8") != fresh
    assert main(["--card", str(card), "--check"]) == 1
    assert "npm run model:card" in capsys.readouterr().err
    assert main(["--card", str(card)]) == 0
    assert card.read_text(encoding="utf-8") == fresh


def test_a_card_without_a_part_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = tmp_path / "card.md"
    card.write_text("# Model\n")
    assert main(["--card", str(card)]) == 2
    assert "lacks the lines <!-- begin model -->" in capsys.readouterr().err


def test_every_figure_is_there(artifact: Path) -> None:
    manifest = json.loads((artifact / "model.json").read_bytes())
    card = render((ROOT / "model" / "card.md").read_text(encoding="utf-8"), manifest)
    for name, metrics in manifest["metrics"].items():
        assert f"| {name} | {metrics['rows']:,} | {metrics['macro_f1']:.1%} (" in card
    for name in manifest["slices"]:
        assert f"| {name} |" in card
