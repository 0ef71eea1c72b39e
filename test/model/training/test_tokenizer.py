"""The tokenizer: emoji are words, links and names are one token each, entities are read."""

from pathlib import Path

import pytest
from tiny import published_tokenizer
from tokenizers import Tokenizer
from training.tokenizer import emoji_words, make_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return make_tokenizer(published_tokenizer())


@pytest.fixture(scope="module")
def shipped(artifact: Path) -> Tokenizer:
    return Tokenizer.from_file(str(artifact / "tokenizer.json"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Good😂😂bad", ["good", "😂", "😂", "bad"]),
        ("👍🏽 good ❤️", ["👍", "good", "❤"]),
        ("👩‍🚀", ["👩", "🚀"]),
        ("good soups", ["good", "soup", "##s"]),
        ("unheard", ["[UNK]"]),
        ("\u044f good", ["[UNK]", "good"]),
        ("", []),
    ],
)
def test_words_and_emoji(tokenizer: Tokenizer, text: str, tokens: list[str]) -> None:
    assert tokenizer.encode(text).tokens == ["[CLS]", *tokens, "[SEP]"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("see https://a.example/b?c=d now", "see http now"),
        ("www.a.example", "http"),
        ("@someone_42 hi", "@user hi"),
        ("don\u2019t \u201csay\u201d", 'don\'t "say"'),
        ("a &amp; b &lt;3", "a & b <3"),
    ],
)
def test_spellings_of_the_same(shipped: Tokenizer, text: str, same: str) -> None:
    assert shipped.encode(text).tokens == shipped.encode(same).tokens
    assert "[UNK]" not in shipped.encode(text).tokens


def test_padding_and_truncation(shipped: Tokenizer) -> None:
    assert shipped.truncation and shipped.truncation["max_length"] == 256
    assert shipped.padding and shipped.padding["pad_id"] == shipped.token_to_id("[PAD]") == 0
    assert len(shipped.encode("word " * 1000).ids) == 256


def test_ids_have_no_gaps_and_words_that_no_english_text_has_take_none(tokenizer: Tokenizer) -> None:
    words = [tokenizer.id_to_token(id_) for id_ in range(tokenizer.get_vocab_size())]
    assert words[:5] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good"]
    assert None not in words and "[unused0]" not in words and "\u044f" not in words


def test_emoji_have_names() -> None:
    assert emoji_words()["😂"] == "face with tears of joy"
    assert all(len(emoji) == 1 and name for emoji, name in emoji_words().items())
