"""Writes the section `reference` of an artifact that is there: `python model/reference.py --data DIR`.

Training writes it by itself. DIR must be what the artifact was trained on, which the hashes in its model.json
tell. Nothing else in model.json changes, nor do the weights; but its version, a hash of all its bytes, does.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dataset import DatasetError
from evaluate import load, predict
from training.corpus import Corpus, load_corpus
from training.manifest import write
from training.reference import reference_of, sample

_ARTIFACT = Path(__file__).parent / "artifact"


def assert_trained_on(corpus: Corpus, manifest: dict[str, Any]) -> None:
    """Raises DatasetError that names the first file which is not the one that the model learned from."""
    trained = {entry["file"]: entry["sha256"] for entry in manifest["data"]}
    found = {file.name: file.sha256 for file in corpus.train}
    if different := sorted(name for name in {*trained, *found} if trained.get(name) != found.get(name)):
        raise DatasetError(
            f"{different[0]} is not what the model was trained on; give the data of its training"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when the data cannot be used."""
    parser = argparse.ArgumentParser(description="Write what an artifact's training texts look like.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="what it was trained on")
    parser.add_argument("--artifact", type=Path, default=_ARTIFACT, metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        model = load(options.artifact)
        manifest = json.loads((options.artifact / "model.json").read_bytes())
        corpus = load_corpus(options.data, manifest["seed"])
        assert_trained_on(corpus, manifest)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return 2
    rows = sample(corpus.train, manifest["seed"])
    print(f"asking the model {len(rows):,} texts, which takes a minute or two", file=sys.stderr)
    manifest["reference"] = reference_of(rows, list(predict(model, rows)))
    write(manifest, options.artifact)
    return 0


if __name__ == "__main__":
    sys.exit(main())
