"""Writes the words of the training data, by which requests' unknown words are counted.

`python model/vocabulary.py --data DIR [--out FILE]`: a word is in it that three training texts have. The
list belongs to all versions of the model. Another one makes new weeks incomparable with old ones, so it is
made anew only when the training data change a lot; then run `model/reference.py`, too.
"""

import argparse
import base64
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from dataset import DatasetError
from training.corpus import Corpus, load_corpus
from training.words import make_vocabulary, words_of

VOCABULARY = Path(__file__).parents[1] / "src" / "drift" / "vocabulary.json"
_TEXTS = 3  # a word of fewer is a typing error or a name more often than not
_BITS = 1 << 18  # 32 KiB


def known_words(corpus: Corpus) -> list[str]:
    """The words of at least three texts of the training data."""
    texts = Counter(word for file in corpus.train for row in file.rows for word in set(words_of(row.text)))
    return sorted(word for word, count in texts.items() if count >= _TEXTS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when the data cannot be used."""
    parser = argparse.ArgumentParser(description="Write the words of the training data.")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="what the model was trained on"
    )
    parser.add_argument("--out", type=Path, default=VOCABULARY, metavar="FILE")
    options = parser.parse_args(arguments)
    try:
        words = known_words(load_corpus(options.data, seed=0))
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 2
    vocabulary = make_vocabulary(words, _BITS)
    content = {"id": vocabulary.id, "words": len(words), "bits": base64.b64encode(vocabulary.bits).decode()}
    options.out.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    filled = sum(byte.bit_count() for byte in vocabulary.bits) / _BITS
    print(f"{len(words):,} words; {filled**6:.1%} of others pass for one of them: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
