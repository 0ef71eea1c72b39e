"""The bare model: onnxruntime's own speed on the session of inference.py, without HTTP or tokenizing."""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import cycle
from pathlib import Path

import inference
import numpy as np
import numpy.typing as npt

Feeds = dict[str, npt.NDArray[np.int64]]

_CPUS = len(os.sched_getaffinity(0))


def main() -> int:
    """Prints one JSON object: texts/s by batch size, the median ms of one text, a label for each text."""
    parser = argparse.ArgumentParser(description="Measure the bare model.")
    parser.add_argument("--model-dir", required=True)
    parser.add_argument("--texts", type=Path, required=True, help='lines of {"text": "..."}')
    parser.add_argument("--seconds", type=float, required=True, help="for each batch size")
    parser.add_argument("--batch-sizes", default="1", help="comma-separated")
    options = parser.parse_args()
    texts = [json.loads(line)["text"] for line in options.texts.read_text(encoding="utf-8").splitlines()]
    model = inference.model_fn(options.model_dir)
    sizes = [int(size) for size in options.batch_sizes.split(",")]
    rates = {size: rate(model, texts, size, options.seconds) for size in sizes}
    measured = {
        "singleP50Ms": single_p50_ms(model, texts, options.seconds / 2),
        "rates": [{"batchSize": size, "textsPerSecond": per_second} for size, per_second in rates.items()],
        "labels": [label_of(model, text) for text in texts],
    }
    json.dump(measured, sys.stdout)
    return 0


def label_of(model: inference.Model, text: str) -> str:
    """What the model says about a text alone."""
    return inference.predict_fn(inference.Texts([text], "one"), model).items[0]["label"]


def single_p50_ms(model: inference.Model, texts: Sequence[str], seconds: float) -> float:
    """The median time of one text, nothing else running, in ms."""
    run = partial(model.session.run, ["logits"])
    times: list[float] = []
    for feeds in _until(batches(model, texts, 1), seconds):
        started = time.perf_counter()
        run(feeds)
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


def rate(model: inference.Model, texts: Sequence[str], batch_size: int, seconds: float) -> float:
    """Texts per second with as many concurrent runs as CPUs, each of `batch_size` texts of similar length."""
    prepared = batches(model, texts, batch_size)
    run = partial(model.session.run, ["logits"])

    def work(offset: int) -> int:
        rotated = prepared[offset % len(prepared) :] + prepared[: offset % len(prepared)]
        done = 0
        for feeds in _until(rotated, seconds):
            run(feeds)
            done += len(feeds["input_ids"])
        return done

    run(prepared[-1])  # the first run allocates
    with ThreadPoolExecutor(_CPUS) as pool:
        started = time.perf_counter()
        done = sum(pool.map(work, (cpu * len(prepared) // _CPUS for cpu in range(_CPUS))))
        return done / (time.perf_counter() - started)


def batches(model: inference.Model, texts: Sequence[str], batch_size: int) -> list[Feeds]:
    """All texts as inputs of the graph: in their order when alone, else sorted by length."""
    encodings = model.tokenizer.encode_batch(list(texts))
    if batch_size > 1:
        encodings.sort(key=lambda encoding: len(encoding.ids))
    parts = [encodings[start : start + batch_size] for start in range(0, len(encodings), batch_size)]
    return [_feeds([encoding.ids for encoding in part], model.pad_id) for part in parts]


def _feeds(rows: Sequence[Sequence[int]], pad_id: int) -> Feeds:
    shape = len(rows), max(1, *map(len, rows))
    ids = np.full(shape, pad_id, np.int64)
    mask = np.zeros(shape, np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def _until(prepared: Sequence[Feeds], seconds: float) -> Iterator[Feeds]:
    """The inputs over and over, until the time is up."""
    end = time.perf_counter() + seconds
    for feeds in cycle(prepared):
        if time.perf_counter() >= end:
            return
        yield feeds


if __name__ == "__main__":
    sys.exit(main())
