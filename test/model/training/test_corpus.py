"""The data directory: what is dropped, what is refused, and the suggestions written by rules."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from dataset import DatasetError, Row
from tiny import rows, write_corpus, write_rows
from training.corpus import load_corpus
from training.suggestions import suggestions, wishes


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_corpus(tmp_path)


def test_copies_of_evaluated_texts_are_dropped_and_counted(data: Path) -> None:
    counts = {file.name: (len(file.rows), file.dropped) for file in load_corpus(data, 0).train}
    assert counts["train/first"] == (120, 3) and counts["train/sst3-phrases"] == (60, 0)
    texts = [row.text.lower() for file in load_corpus(data, 0).train for row in file.rows]
    assert not [text for text in texts if "zebra" in text]


def test_other_folders_are_not_read(data: Path) -> None:
    write_rows(data / "bias" / "bias.jsonl", rows(5, 5))
    names = [file.name for file in load_corpus(data, 0).train]
    assert names == ["train/first", "train/sst3-phrases", "train/suggestions", "train/suggestions-of-things"]


def test_votes_are_read_and_checked(data: Path) -> None:
    votes = {"positive": 3, "negative": 0, "neutral": 2, "mixed": 0}
    write_rows(data / "train" / "votes.jsonl", [{"text": "so so", "label": "positive", "votes": votes}])
    (row,) = next(file.rows for file in load_corpus(data, 0).train if file.name == "train/votes")
    assert row.votes == (3, 2, 0)
    write_rows(
        data / "train" / "votes.jsonl", [{"text": "so", "label": "positive", "votes": {"positive": "3"}}]
    )
    with pytest.raises(DatasetError, match=r'votes\.jsonl:1: "votes" must count at least one vote'):
        load_corpus(data, 0)
    write_rows(data / "train" / "votes.jsonl", [{"text": "so", "label": "positive", "votes": 3}])
    with pytest.raises(DatasetError, match=r'votes\.jsonl:1: "votes" is no object'):
        load_corpus(data, 0)


def test_a_shared_file_lends_rows_to_calibration_and_does_not_train_on_them(data: Path) -> None:
    written = rows(10, 0)
    write_rows(data / "train" / "dynasent-r1-dev.jsonl", written)
    corpus = load_corpus(data, 0)
    (lent,) = [file for file in corpus.dev if file.name == "dev/dynasent-r1-dev"]
    (kept,) = [file for file in corpus.train if file.name == "train/dynasent-r1-dev"]
    texts = [row["text"] for row in written]
    assert [row.text for row in lent.rows] == texts[::10]
    assert [row.text for row in kept.rows] == [text for index, text in enumerate(texts) if index % 10]


@pytest.mark.parametrize("missing", ["train", "dev"])
def test_missing_folders_are_named(missing: str, tmp_path: Path) -> None:
    for name in {"train", "dev"} - {missing}:
        write_rows(tmp_path / name / "rows.jsonl", rows(1, 0))
    with pytest.raises(DatasetError, match=f"{missing}: no .*jsonl file found"):
        load_corpus(tmp_path, 0)


def test_a_label_without_rows_is_named(tmp_path: Path) -> None:
    write_rows(tmp_path / "train" / "rows.jsonl", [row for row in rows(3, 0) if row["label"] != "neutral"])
    write_rows(tmp_path / "dev" / "rows.jsonl", rows(1, 1))
    with pytest.raises(DatasetError, match="no row is labelled neutral"):
        load_corpus(tmp_path, 0)


@pytest.mark.parametrize("write", [suggestions, wishes])
def test_suggestions_are_different_deterministic_and_mostly_neutral(
    write: Callable[[int, int], list[Row]],
) -> None:
    written = write(500, 1)
    assert len({row.text for row in written}) == 500
    assert written == write(500, 1) != write(500, 2)
    assert Counter(row.label for row in written) == {"neutral": 300, "positive": 100, "negative": 100}
