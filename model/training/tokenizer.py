"""Makes the tokenizer: that of the pre-trained encoder for English, with emoji as words of their own."""

import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import NFC, Normalizer, Replace, Sequence
from tokenizers.processors import TemplateProcessing

MAX_TOKENS = 256  # a text of 1 KB has about 240 tokens

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
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


def make_tokenizer(published: Tokenizer) -> Tokenizer:
    """A pre-trained encoder's WordPiece tokenizer, fitted to the classifier; [PAD] has the id 0.

    Words that no English text has are left out: letters of other scripts, and places kept for later. Links
    become "http" and mentions "@user", as in the tweets that it is trained on.
    """
    words = published.get_vocab(with_added_tokens=True)
    kept = [word for word in sorted(words, key=words.__getitem__) if word in _SPECIAL or _is_english(word)]
    tokenizer = Tokenizer(WordPiece({word: id_ for id_, word in enumerate(kept)}, unk_token="[UNK]"))
    tokenizer.normalizer = Sequence([*_replacements(), NFC(), published.normalizer])
    tokenizer.pre_tokenizer = published.pre_tokenizer
    tokenizer.add_special_tokens([*_SPECIAL])
    tokenizer.add_tokens(
        [AddedToken(emoji, normalized=True) for emoji in emoji_words() if emoji not in words]
    )
    ends = [(word, kept.index(word)) for word in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding(pad_id=kept.index("[PAD]"), pad_token="[PAD]")
    return tokenizer


def emoji_words() -> dict[str, str]:
    """Emoji of one code point -> what Unicode calls them, in lower case: "😂" -> "face with tears of joy"."""
    names = {chr(code): unicodedata.name(chr(code), "") for code in dict.fromkeys(_PICTURES)}
    return {emoji: name.lower() for emoji, name in names.items() if name}


def _is_english(word: str) -> bool:
    """Whether it has Latin letters only, if any, and is none of the bracketed words that are not text."""
    bracketed = len(word) > 2 and word.startswith("[") and word.endswith("]")
    letters = (unicodedata.name(character, "") for character in word if character.isalpha())
    return not bracketed and all(name.startswith("LATIN") for name in letters)


def _replacements() -> list[Normalizer]:
    return [Replace(pattern, content) for pattern, content in _REPLACEMENTS]
