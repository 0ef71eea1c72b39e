"""No sentence of the probe is one of the Equity Evaluation Corpus, so that the corpus stays an outside check.

The corpus is not in this repository: SERIN_BIAS_DATA names a folder that has it, else the test is skipped.
"""

import json
import os
import re
from pathlib import Path

import pytest
from probe.sentences import probe
from probe.source import read_source

_CORPUS = Path(os.environ.get("SERIN_BIAS_DATA", "")) / "equity-evaluation-corpus.jsonl"


def _frames(text: str) -> set[str]:
    """All runs of five words."""
    words = re.findall(r"[a-z']+", text.lower())
    return {" ".join(words[start : start + 5]) for start in range(len(words) - 4)}


@pytest.mark.skipif(not _CORPUS.exists(), reason="needs the Equity Evaluation Corpus")
def test_no_five_words_in_a_row_are_those_of_the_corpus() -> None:
    with _CORPUS.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    corpus = set[str]().union(*map(_frames, texts))
    assert corpus
    rows = probe(read_source())
    assert not {row.text for row in rows} & set(texts)
    assert not [row.text for row in rows if _frames(row.text) & corpus]
