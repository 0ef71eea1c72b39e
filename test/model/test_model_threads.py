"""Whether the model still answers, as /ping tells it, where a whole server would take too long to show it."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from inference import Prediction, Tokens
from serving.batches import Lane
from serving.model_threads import ModelThreads
from serving.predictor import Predictor

TIMEOUT_S = 30


class Stuck(Predictor):
    """A model that answers nothing before it is let go."""

    def __init__(self, model_dir: Path) -> None:
        super().__init__(model_dir)
        self.running, self.released = threading.Event(), threading.Event()

    def predict(self, batch: Sequence[Tokens]) -> list[Prediction]:
        self.running.set()
        assert self.released.wait(TIMEOUT_S)
        return super().predict(batch)


def test_a_run_that_hangs_is_unhealthy_until_it_ends(
    word_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = Stuck(word_model)
    threads = ModelThreads(predictor, threads=1, capacity=10, deadline=TIMEOUT_S)

    async def ask() -> tuple[bool, bool, bool]:
        answers = threads.submit(Lane.FEW, predictor.encode(["good"]))
        await asyncio.to_thread(predictor.running.wait, TIMEOUT_S)
        busy = await threads.healthy()
        monkeypatch.setattr("serving.model_threads._HUNG_S", 0)
        hung = await threads.healthy()
        predictor.released.set()
        await asyncio.gather(*answers)
        monkeypatch.undo()
        return busy, hung, await threads.healthy()

    assert asyncio.run(ask()) == (True, False, True)
    threads.close()
