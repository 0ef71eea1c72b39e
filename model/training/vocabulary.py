"""Makes the tokenizer: the words, hashtags, symbols and short runs of punctuation of the training texts."""

from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import NFKC, Lowercase, Replace, Sequence
from tokenizers.pre_tokenizers import Split

MAX_TOKENS = 256
_MIN_COUNT = 3
_PAD, _UNKNOWN = "[PAD]", "[UNK]"
_TOKEN = r"@user|http|#\w+|\w+(?:'\w+)?|\p{So}|[^\w\s\p{So}]{1,3}"


def make_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """A tokenizer that knows the words seen at least three times; [PAD] has the id 0."""
    normalizer = Sequence(
        [
            NFKC(),
            Lowercase(),
            Replace("&amp;", "&"),
            Replace("’", "'"),  # noqa: RUF001
            Replace(Regex(r"https?://\S+|www\.\S+"), "http"),
            Replace(Regex(r"@\w+"), "@user"),
        ]
    )
    splitter = Split(Regex(_TOKEN), behavior="removed", invert=True)
    counts = Counter(
        token for text in texts for token, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text))
    )
    words = sorted(
        (word for word, n in counts.items() if n >= _MIN_COUNT), key=lambda word: (-counts[word], word)
    )
    ids = {token: id_ for id_, token in enumerate([_PAD, _UNKNOWN, *words])}
    tokenizer = Tokenizer(WordLevel(ids, unk_token=_UNKNOWN))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding(pad_id=0, pad_token=_PAD)
    return tokenizer
