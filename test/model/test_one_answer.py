"""One text, one answer: 500 texts alone and in random batches, through the graph and through the server."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from inference import LABELS, Model, Prediction, encode, model_fn, predict_batch
from model_server import JSON, JSONLINES, Server, running

SAMPLES = Path(__file__).parents[1] / "samples"
COUNT, TOLERANCE = 500, 1e-3


@pytest.fixture(scope="module")
def shipped(artifact: Path) -> Model:
    return model_fn(str(artifact))


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """All samples, and joined ones of up to some 200 words."""
    files = ("dynasent", "suggestions")
    lines = [line for name in files for line in (SAMPLES / f"{name}.jsonl").read_text().splitlines()]
    samples = [json.loads(line)["text"] for line in lines]
    choose = random.Random(0)
    joined = [" ".join(choose.sample(samples, choose.randint(2, 14))) for _ in range(COUNT - len(samples))]
    return [*samples, *joined]


def random_batches(texts: Sequence[str], largest: int) -> list[list[str]]:
    choose = random.Random(1)
    shuffled = choose.sample(texts, len(texts))
    batches = []
    while shuffled:
        size = choose.randint(1, largest)
        batches.append(shuffled[:size])
        del shuffled[:size]
    return batches


def assert_same(found: Prediction, alone: Prediction) -> None:
    assert found["label"] == alone["label"]
    for label in LABELS:
        assert found["scores"][label] == pytest.approx(alone["scores"][label], abs=TOLERANCE)


def test_in_one_run_of_the_graph(shipped: Model, texts: list[str]) -> None:
    alone = {text: predict_batch(encode([text], shipped), shipped)[0] for text in texts}
    assert len(texts) == COUNT and len({item["label"] for item in alone.values()}) == len(LABELS)
    for batch in random_batches(texts, 32):
        for text, found in zip(batch, predict_batch(encode(batch, shipped), shipped), strict=True):
            assert_same(found, alone[text])


def test_through_the_server(artifact: Path, texts: list[str]) -> None:
    with running(artifact) as server:
        alone = {text: ask(server, [text], JSON)[0] for text in texts}
        for batch in random_batches(texts, 60):
            for text, found in zip(batch, ask(server, batch, JSONLINES), strict=True):
                assert_same(found, alone[text])


def ask(server: Server, texts: Sequence[str], content_type: str) -> list[Prediction]:
    body = "\n".join(json.dumps({"text": text}) for text in texts)
    answer = server.post(body, content_type)
    assert answer.status == 200
    return [json.loads(line) for line in answer.text.splitlines()]
