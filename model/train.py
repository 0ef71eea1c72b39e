"""Trains the model that ships with Serin: `python model/train.py --data DIR [--out DIR] [--seed N]`.

It learns from DIR/train and selects hyper-parameters by DIR/dev; DIR/test, if there, is only measured on.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dataset import FORMAT, DatasetError
from evaluate import predict
from inference import model_fn
from metrics import measure
from training.classifier import TrainingSet
from training.corpus import Corpus, LabelledFile, load_corpus
from training.export import export
from training.features import BUCKETS, make_feature_space
from training.manifest import Manifest, SetMetrics, describe, write
from training.selection import DevSet, select
from training.vocabulary import MAX_TOKENS, make_tokenizer

_BAD_INPUT = 2


def train(corpus: Corpus, out: Path, seed: int) -> Manifest:
    """Writes the best artifact to a folder and measures it. The same input gives the same bytes."""
    texts = [row.text for row in corpus.rows]
    dropped = sum(file.dropped for file in corpus.train)
    _report(f"training on {len(texts):,} texts; {dropped:,} more dropped, as evaluation uses them")
    tokenizer = make_tokenizer(texts)
    space = make_feature_space(tokenizer, seed)
    training = TrainingSet(space.count(tokenizer, texts), [row.label for row in corpus.rows])
    dev = [
        DevSet(space.count(tokenizer, [row.text for row in file.rows]), [row.label for row in file.rows])
        for file in corpus.dev
    ]
    model, hyperparameters = select(training, corpus, dev, _report)
    sizes = {"vocabulary": space.vocabulary_size, "buckets": BUCKETS}
    manifest = describe(corpus.train, MAX_TOKENS, seed, {**hyperparameters, **sizes})
    out.mkdir(parents=True, exist_ok=True)
    export(model, space, out / "model.onnx")
    tokenizer.save(str(out / "tokenizer.json"))
    write(manifest, out / "model.json")
    return _measured(manifest, out, [*corpus.dev, *corpus.test])


def _measured(manifest: Manifest, out: Path, files: Sequence[LabelledFile]) -> Manifest:
    """Adds the metrics of the artifact as it will answer, quantized weights and all."""
    model = model_fn(str(out))
    metrics: dict[str, SetMetrics] = {}
    for file in files:
        name = f"{file.path.parent.name}/{file.path.stem}"
        found = measure([row.label for row in file.rows], list(predict(model, file.rows)))
        metrics[name] = {"sha256": file.sha256, **found}
        _report(f"{name}: macro-F1 {found['macro_f1']:.1%}, accuracy {found['accuracy']:.1%}")
    measured: Manifest = {**manifest, "metrics": metrics}
    write(measured, out / "model.json")
    return measured


def _report(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when the data cannot be used."""
    parser = argparse.ArgumentParser(description="Train the sentiment model.")
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help=f"holds train/, dev/ and test/ with *.jsonl, one {FORMAT} a line",
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "artifact", metavar="DIR")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the hash function")
    options = parser.parse_args(arguments)
    try:
        train(load_corpus(options.data), options.out, options.seed)
    except DatasetError as error:
        _report(str(error))
        return _BAD_INPUT
    _report(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
