"""Makes the tokenizer: that of the pre-trained encoder, with emoji as words of their own."""

import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.normalizers import NFC, Normalizer, Replace, Sequence

MAX_TOKENS = 256  # a text of 1 KB has about 240 tokens

_REPLACEMENTS: tuple[tuple[str | Regex, str], ...] = (
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#39;", "'"),
    (Regex("[\u2018\u2019]"), "'"),
    (Regex("[\u201c\u201d]"), '"'),
    (Regex(r"https?://\S+|www\.\S+"), "http"),
    (Regex(r"@\w+"), "@user"),
    (Regex("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]"), ""),  # skin tones, variation selectors, joiners
)
_PICTURES = (
    *range(0x2600, 0x27C0),
    *(0x2B50, 0x2B55, 0x2764),
    *range(0x1F300, 0x1F3FB),
    *range(0x1F400, 0x1F650),
    *range(0x1F680, 0x1F700),
    *range(0x1F900, 0x1FB00),
)


def make_tokenizer(pretrained: Path) -> Tokenizer:
    """The tokenizer that a pre-trained encoder's `tokenizer.json` describes, extended; [PAD] has the id 0.

    Links become "http" and mentions "@user", as in the tweets that it is trained on.
    """
    tokenizer = Tokenizer.from_file(str(pretrained))
    tokenizer.normalizer = Sequence([*_replacements(), NFC(), tokenizer.normalizer])
    known = tokenizer.get_vocab(with_added_tokens=False)
    tokenizer.add_tokens(
        [AddedToken(emoji, normalized=True) for emoji in emoji_words() if emoji not in known]
    )
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding(pad_id=known["[PAD]"], pad_token="[PAD]")
    return tokenizer


def emoji_words() -> dict[str, str]:
    """Emoji of one code point -> what Unicode calls them, in lower case: "😂" -> "face with tears of joy"."""
    names = {chr(code): unicodedata.name(chr(code), "") for code in dict.fromkeys(_PICTURES)}
    return {emoji: name.lower() for emoji, name in names.items() if name}


def _replacements() -> list[Normalizer]:
    return [Replace(pattern, content) for pattern, content in _REPLACEMENTS]
