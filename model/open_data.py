"""Fetches labelled texts that are free to use as training files: `python model/open_data.py --out DIR`.

Every download is pinned by its SHA-256; `--cache DIR` keeps them, and takes them from there when offline.
"""

import argparse
import hashlib
import io
import json
import re
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from dataset import DatasetError, Row
from inference import Label

_GITHUB = "https://raw.githubusercontent.com"
_NLTK = f"{_GITHUB}/nltk/nltk_data/5db857e6f7df11eabb5e5665836db9ec8df07e28/packages/corpora"
_GOOGLE = f"{_GITHUB}/google-research/google-research/2adf640a14f11025ae5a9d0ec493b78530d276d3"
_UCI = (
    f"{_GITHUB}/kvrao/sentiment_analysis/462f7304ab341f1b5014e6eae56100bfe35d703a"
    "/sentiment%20labelled%20sentences"
)

_REVIEWS = f"{_GITHUB}/oscartackstrom/sentence-sentiment-data/da58c4d997c31aec2e61dc0178eb0863330bb21e"

_OPINION = re.compile(r"\[([+-])\d?\]")
_SPACE_BEFORE = re.compile(r"\s+([.,!?;:')])")

# Demszky et al. (2020), "GoEmotions", figure 2, by the place in the data's emotions.txt. Emotions that it
# calls ambiguous (confusion, curiosity, realization, surprise) take no side, as neutral does.
_POSITIVE = {0, 1, 4, 5, 8, 13, 15, 17, 18, 20, 21, 23}
_NEGATIVE = {2, 3, 9, 10, 11, 12, 14, 16, 19, 24, 25}


@dataclass(frozen=True)
class Source:
    """One download: where it is, what its bytes must be, and how it is read."""

    name: str
    url: str
    sha256: str
    read: Callable[[bytes], Iterable[Row]]


def read_goemotions(content: bytes) -> Iterator[Row]:
    """Comments whose emotions all lie on one side: `text <tab> emotion,emotion <tab> id`, in UTF-8."""
    for line in content.decode().splitlines():
        text, emotions, _ = line.split("\t")
        found = {int(emotion) for emotion in emotions.split(",")}
        if found <= _POSITIVE:
            yield Row(text, "positive")
        elif found <= _NEGATIVE:
            yield Row(text, "negative")
        elif not found & (_POSITIVE | _NEGATIVE):
            yield Row(text, "neutral")


def read_product_reviews(content: bytes) -> Iterator[Row]:
    """Sentences with opinions of one sign, from a zip of `feature[+2], feature[+1]##sentence` lines.

    A sentence without a feature is left out: its opinion, if any, was not annotated.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".txt") and not name.endswith("README.txt"):
                yield from _product_sentences(archive.read(name).decode("latin-1"))


def _product_sentences(document: str) -> Iterator[Row]:
    for line in document.splitlines():
        features, marker, sentence = line.partition("##")
        signs = set(_OPINION.findall(features))
        text = _SPACE_BEFORE.sub(r"\1", sentence.strip()).replace(" n't", "n't")
        if marker and text and len(signs) == 1:
            yield Row(text, "positive" if signs == {"+"} else "negative")


def read_labelled_sentences(content: bytes) -> Iterator[Row]:
    """`sentence <tab> 0|1` lines in UTF-8; 1 is positive."""
    for line in content.decode().splitlines():
        text, _, score = line.rpartition("\t")
        if text.strip():
            yield Row(text.strip(), "positive" if score.strip() == "1" else "negative")


def read_review_sentences(content: bytes) -> Iterator[Row]:
    """`label <tab> sentence` lines in UTF-8; other lines begin a review. `nr`: no opinion on the product."""
    labels: dict[str, Label] = {"pos": "positive", "neu": "neutral", "nr": "neutral", "neg": "negative"}
    for line in content.decode().splitlines():
        label, _, text = line.partition("\t")
        if label in labels and text.strip():
            yield Row(text.strip(), labels[label])


# CC BY 4.0, say google-research's README, the *.xml beside the archives in nltk_data, and the page of
# "Sentiment Labelled Sentences" in the UCI Machine Learning Repository. But for review-sentences: its README
# says "can be freely used for any friendly purpose", and to cite Täckström and McDonald (2011), "Discovering
# fine-grained sentiment with latent variable structured prediction models".
SOURCES = (
    Source(
        "goemotions",
        f"{_GOOGLE}/goemotions/data/train.tsv",
        "1c254a142be5c00e80d819b9ae1bbd36d94b2eeb8f4b1271846508d57e57d9c5",
        read_goemotions,
    ),
    Source(
        "product-reviews-1",
        f"{_NLTK}/product_reviews_1.zip",
        "627bfb0bb7c87586246d99b4402c3d7e4fb77ac14559d8695c283bd6850615ac",
        read_product_reviews,
    ),
    Source(
        "product-reviews-2",
        f"{_NLTK}/product_reviews_2.zip",
        "272b08fe130882e5867aa7ecc69a65616099183c4ccc10374a62c271801b0bc1",
        read_product_reviews,
    ),
    Source(
        "review-sentences",
        f"{_REVIEWS}/data/finegrained.txt",
        "4746fb71d32a8c9e5465676e61c71e0c5ca686a9f4fab6998d2ac2267dd33fd0",
        read_review_sentences,
    ),
    Source(
        "sentences-amazon",
        f"{_UCI}/amazon_cells_labelled.txt",
        "47003fc0a0d4840b00e96e715b6189bad09e7443a3da41c4cbe12ffc79f86ae3",
        read_labelled_sentences,
    ),
    Source(
        "sentences-imdb",
        f"{_UCI}/imdb_labelled.txt",
        "c662b9360c1652babb990d164835af12aa105db7991f1fdb19038115f0e93de8",
        read_labelled_sentences,
    ),
    Source(
        "sentences-yelp",
        f"{_UCI}/yelp_labelled.txt",
        "b565b1eeb864d76842588c3a256731b08bcdd9faf6de507bfe211a96f8b81912",
        read_labelled_sentences,
    ),
)


def collect(out: Path, cache: Path, sources: Sequence[Source]) -> None:
    """Writes `out/<name>.jsonl` for each source. Raises DatasetError when a download fails or has changed."""
    out.mkdir(parents=True, exist_ok=True)
    for source in sources:
        rows = list(dict.fromkeys(source.read(_download(source, cache))))
        lines = (json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) for row in rows)
        path = out / f"{source.name}.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{path}: {len(rows):,} rows", file=sys.stderr)


def _download(source: Source, cache: Path) -> bytes:
    kept = cache / source.sha256
    if kept.exists():
        return _pinned(kept.read_bytes(), source, f"{kept} (delete it)")
    try:
        with urllib.request.urlopen(source.url, timeout=60) as response:
            content: bytes = response.read()
    except (OSError, HTTPException) as error:
        raise DatasetError(f"{source.url}: {error}; try again, or put the file at {kept}") from None
    _pinned(content, source, source.url)
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_bytes(content)
    partial.replace(kept)
    return content


def _pinned(content: bytes, source: Source, place: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != source.sha256:
        raise DatasetError(f"{place}: not the bytes that were pinned, SHA-256 {source.sha256}")
    return content


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when a download cannot be used."""
    parser = argparse.ArgumentParser(description="Fetch training texts that are free to use.")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="gets NAME.jsonl for each source"
    )
    parser.add_argument("--cache", type=Path, default=Path(".serin/open-data"), metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        collect(options.out, options.cache, SOURCES)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
