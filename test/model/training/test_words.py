"""Words and the list of known ones, as the function that answers requests counts them."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import write_corpus
from training.corpus import load_corpus
from training.words import make_vocabulary, read_vocabulary, unknown_words, words_of
from vocabulary import VOCABULARY, known_words, main

VECTORS = json.loads((Path(__file__).parents[3] / "test" / "drift" / "word-vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS)
def test_words_are_those_that_the_function_finds(vector: Mapping[str, Any]) -> None:
    assert words_of(vector["text"]) == vector["words"]
    assert unknown_words(vector["text"], read_vocabulary(VOCABULARY)) == vector["unknown"]


@given(st.text())
def test_any_text_has_a_share_or_no_words(text: str) -> None:
    share = unknown_words(text, make_vocabulary(["a", "the"], 1024))
    assert (share is None) == (words_of(text) == [])
    assert share is None or 0 <= share <= 1


@given(st.sets(st.text(min_size=1), max_size=50))
def test_a_known_word_is_never_unknown(words: set[str]) -> None:
    vocabulary = make_vocabulary(words, 4096)
    assert all(word in vocabulary for word in words)


def test_other_words_are_seldom_taken_for_known_ones() -> None:
    vocabulary = make_vocabulary((f"known{number}" for number in range(900)), 8192)
    passed = sum(f"other{number}" in vocabulary for number in range(10_000))
    assert passed < 400


def test_the_command_writes_words_of_three_texts(tmp_path: Path) -> None:
    data = write_corpus(tmp_path / "data")
    out = tmp_path / "vocabulary.json"
    assert main(["--data", str(data), "--out", str(out)]) == 0
    written, corpus = read_vocabulary(out), load_corpus(data, 0)
    assert len(known_words(corpus)) == json.loads(out.read_bytes())["words"]
    assert "soup" in written
    assert "plonkify" not in written
    assert written.id == make_vocabulary(known_words(corpus), len(written.bits) * 8).id


def test_the_command_says_what_is_wrong_with_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "no *.jsonl file found" in capsys.readouterr().err


def test_the_shipped_list_is_named_after_its_bits() -> None:
    content = json.loads(VOCABULARY.read_bytes())
    assert content["bits"] == base64.b64encode(read_vocabulary(VOCABULARY).bits).decode()
    assert content["words"] > 20_000
