"""Evaluates a model: `python model/evaluate.py --data FILE.jsonl [--artifact DIR] [--json]`."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dataset import FORMAT, DatasetError, Row, read_rows
from inference import LABELS, InvalidArtifact, Model, Prediction, input_fn, model_fn, predict_fn
from metrics import Metrics, measure
from slices import SliceMetrics, measure_slices

_ROWS_PER_REQUEST = 256
_BAD_INPUT = 2


class Evaluation(Metrics):
    """Metrics, those of slices, and the speed of one process: texts per second of wall-clock time."""

    texts_per_second: float
    slices: dict[str, SliceMetrics]


def evaluate(model: Model, rows: Sequence[Row]) -> Evaluation:
    """Predicts the rows and measures the answers."""
    started = time.perf_counter()
    predicted = list(predict(model, rows))
    elapsed = time.perf_counter() - started
    metrics = measure([row.label for row in rows], predicted)
    slices = measure_slices(rows, predicted)
    return {**metrics, "texts_per_second": len(rows) / elapsed, "slices": slices}


def predict(model: Model, rows: Sequence[Row]) -> Iterator[Prediction]:
    """The answer for each row, through the functions that answer requests; a terminal sees progress."""
    for start in range(0, len(rows), _ROWS_PER_REQUEST):
        instances = [{"text": row.text} for row in rows[start : start + _ROWS_PER_REQUEST]]
        texts = input_fn(json.dumps({"instances": instances}), "application/json")
        yield from predict_fn(texts, model).items
        _show_progress(start + len(instances), len(rows))


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "#" * (40 * done // total)
        end = "\n" if done == total else ""
        print(f"\r[{bar:<40}] {done:,}/{total:,} texts", end=end, file=sys.stderr, flush=True)


def _table(evaluation: Evaluation) -> str:
    """The figures for people: aligned, percentages where the JSON has fractions."""
    matrix = evaluation["confusion_matrix"]
    return "\n".join(
        [
            f"{'rows':<18}{evaluation['rows']:>10,}",
            f"{'accuracy':<18}{evaluation['accuracy']:>10.1%}",
            f"{'macro-F1':<18}{evaluation['macro_f1']:>10.1%}",
            f"{'macro recall':<18}{evaluation['macro_recall']:>10.1%}",
            f"{'calibration error':<18}{evaluation['calibration_error']:>10.3f}",
            f"{'texts per second':<18}{evaluation['texts_per_second']:>10,.0f}",
            "",
            f"{'class':<18}{'precision':>10}{'recall':>10}{'F1':>10}{'rows':>10}",
            *(
                f"{label:<18}{row['precision']:>10.1%}{row['recall']:>10.1%}{row['f1']:>10.1%}{row['support']:>10,}"
                for label, row in evaluation["per_class"].items()
            ),
            "",
            f"{'true, predicted':<18}" + "".join(f"{label:>10}" for label in LABELS),
            *(
                f"{true:<18}" + "".join(f"{found:>10,}" for found in row.values())
                for true, row in matrix.items()
            ),
            "",
            f"{'slice':<28}{'accuracy':>10}{'macro-F1':>10}{'rows':>10}",
            *(
                f"{name:<28}{row['accuracy']:>10.1%}{row['macro_f1']:>10.1%}{row['rows']:>10,}"
                for name, row in evaluation["slices"].items()
            ),
        ]
    )


def load(artifact: Path) -> Model:
    """The model in a folder. Raises DatasetError that says what to change."""
    try:
        return model_fn(str(artifact))
    except OSError as error:
        raise DatasetError(f"{error.filename}: {error.strerror}; name a folder with a model") from None
    except InvalidArtifact as error:
        raise DatasetError(str(error)) from None


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns 0, or 2 when its input cannot be used."""
    parser = argparse.ArgumentParser(description="Evaluate a model artifact on labelled texts.")
    parser.add_argument("--data", type=Path, required=True, metavar="FILE.jsonl", help=f"one {FORMAT} a line")
    parser.add_argument("--artifact", type=Path, default=Path(__file__).parent / "artifact", metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    options = parser.parse_args(arguments)
    try:
        rows = read_rows(options.data)
        evaluation = evaluate(load(options.artifact), rows)
    except DatasetError as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    print(json.dumps(evaluation) if options.json else _table(evaluation))
    return 0


if __name__ == "__main__":
    sys.exit(main())
