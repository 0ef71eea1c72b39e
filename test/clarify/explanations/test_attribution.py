"""Attribution: adds up, is exact where theory says so, and equals the TypeScript implementation."""

import json
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from explanations.attribution import Attribution, attribute
from explanations.parts import MAX_PARTS
from hypothesis import given
from hypothesis import strategies as st

_VECTORS = json.loads((Path(__file__).parents[2] / "explain/attribution-vectors.json").read_text("utf-8"))

Score = Callable[[str], list[float]]


def _explain(text: str, score: Score) -> Attribution:
    (found,) = attribute([text], lambda texts: [score(one) for one in texts])
    return found


def _random(text: str) -> list[float]:
    """Scores without any order to them, but the same for the same text."""
    return [float(score) for score in np.random.default_rng(crc32(text.encode())).random(3)]


@given(st.text(alphabet="ab \n\u00a0\u3000é😀", max_size=200))
def test_weights_add_up_to_the_difference(text: str) -> None:
    found = _explain(text, _random)
    if found.parts:
        assert found.weights.sum(axis=0) == pytest.approx(found.scores - found.baseline, abs=1e-12)


def test_words_that_only_add_get_what_they_add() -> None:
    worth = {"the": 0.0, "soup": 0.1, "was": -0.05, "awful": 0.6}
    found = _explain("the soup was awful", lambda text: [sum(worth[word] for word in text.split())])
    assert found.weights[:, 0] == pytest.approx(list(worth.values()), abs=1e-12)


def test_words_that_interact_in_pairs_get_their_exact_shapley_values() -> None:
    random = np.random.default_rng(1)
    words = [f"w{number}" for number in range(6)]
    pairs = random.normal(size=(6, 6))

    def score(text: str) -> list[float]:
        held = [words.index(word) for word in text.split()]
        return [float(pairs[np.ix_(held, held)].sum())]

    exact = _brute_force(words, score)
    assert _explain(" ".join(words), score).weights[:, 0] == pytest.approx(exact, abs=1e-9)


def test_a_word_without_effect_weighs_nothing() -> None:
    found = _explain("not so good", lambda text: _random(" ".join(text.replace("so", "").split())))
    assert found.weights[1] == pytest.approx([0, 0, 0])
    assert np.abs(found.weights[0]).max() > 0.01


def test_words_with_the_same_effect_weigh_the_same() -> None:
    found = _explain("good good", lambda text: [min(1, text.count("good"))])
    assert found.weights[:, 0] == pytest.approx([0.5, 0.5])


def test_every_text_is_asked_once_and_in_one_request() -> None:
    asked: list[Sequence[str]] = []

    def ask(texts: Sequence[str]) -> list[list[float]]:
        asked.append(texts)
        return [_random(text) for text in texts]

    attribute(["a fine day", "a fine night"], ask)
    assert len(asked) == 1
    assert len(set(asked[0])) == len(asked[0])
    assert {"", "a fine", "a fine day", "a fine night"} < set(asked[0])


def test_long_texts_are_explained_in_phrases() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    parts = _explain(text, _random).parts
    assert len(parts) == MAX_PARTS
    assert {len(part.words) for part in parts} == {3, 4}
    assert " ".join(part.text for part in parts) == text
    assert all(text[part.start :].startswith(part.text) for part in parts)


@pytest.mark.parametrize("text", ["", " \n "])
def test_a_text_without_words_has_no_weights(text: str) -> None:
    found = _explain(text, _random)
    assert found.parts == ()
    assert found.scores.tolist() == _random(text)


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["text"][:30])
def test_equals_the_api(vector: dict[str, list[list[float]]]) -> None:
    text, texts = str(vector["text"]), list(map(str, vector["texts"]))
    scores = dict(zip(texts, vector["scores"], strict=True))
    asked: list[str] = []

    def score(one: str) -> list[float]:
        asked.append(one)
        return scores.get(one, [0.0, 0.0, 0.0])

    found = _explain(text, score)
    assert set(asked) == {"", *texts}
    assert [_utf16(text, part.start) for part in found.parts] == [start for start, _ in vector["parts"]]
    ends = [_utf16(text, part.start + len(part.text)) for part in found.parts]
    assert ends == [end for _, end in vector["parts"]]
    assert found.weights == pytest.approx(np.array(vector["weights"]).reshape(-1, 3), abs=1e-9)


def _utf16(text: str, offset: int) -> int:
    """An offset in UTF-16 code units, as JavaScript counts."""
    return len(text[:offset].encode("utf-16-le")) // 2


def _brute_force(words: Sequence[str], score: Score) -> list[float]:
    """Means over every order of the words."""
    total = dict.fromkeys(words, 0.0)
    orders = list(permutations(words))
    for order in orders:
        for place, word in enumerate(order):
            with_it, without = " ".join(order[: place + 1]), " ".join(order[:place])
            total[word] += (score(with_it)[0] - score(without)[0]) / len(orders)
    return list(total.values())
