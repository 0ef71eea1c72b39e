"""The threads that run the model, and whether it still answers."""

import asyncio
import contextlib
import logging
import threading
import time
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from serving.batches import BatchQueue, Job, Lane
from serving.errors import DeadlineExceeded, PredictionFailed, ServingError
from serving.predictor import Predictor

if TYPE_CHECKING:
    from inference import Prediction, Tokens

_FAILURES_IN_A_ROW = 3
_HUNG_S = 10  # a fortieth is the longest batch on a whole CPU: a tenth of a CPU does not look hung
_PROBE = "This text asks whether the model answers."
_PROBE_S = 1.5  # SageMaker waits 2 s for an answer to /ping

_log = logging.getLogger(__name__)


class ModelThreads:
    """Threads that each run one batch at a time: that beats threads inside the runtime."""

    def __init__(self, predictor: Predictor, threads: int, capacity: int, deadline: float) -> None:
        """At most `capacity` texts wait in a lane, each for at most `deadline` seconds."""
        self._predictor = predictor
        self._deadline = deadline
        inference = predictor.inference
        self._queue = BatchQueue(inference.MAX_BATCH, inference.MAX_BATCH_TOKENS, capacity, self._expire)
        self._failures = 0
        self._running_since: dict[threading.Thread, float] = {}
        self._threads = [
            threading.Thread(target=self._work, name=f"model-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, lane: Lane, texts: "Sequence[Tokens]", patient: bool = False
    ) -> "list[asyncio.Future[Prediction]]":
        """Queues encoded texts; cancel an answer to take its text back. Patient ones have no deadline.

        An answer fails with ServingError after the deadline. Raises ServingError when the queue is full.
        """
        expires = float("inf") if patient else time.monotonic() + self._deadline
        loop = asyncio.get_running_loop()
        jobs = [Job(tokens, expires, loop.create_future()) for tokens in texts]
        self._queue.put(lane, jobs)
        return [job.answer for job in jobs]

    async def healthy(self) -> bool:
        """Whether the model answers: asks it, where its last runs failed, so that it can recover."""
        now = time.monotonic()
        hung = any(now - since > _HUNG_S for since in self._running_since.copy().values())
        if hung or not all(thread.is_alive() for thread in self._threads):
            return False
        return self._failures < _FAILURES_IN_A_ROW or await self._probe()

    async def _probe(self) -> bool:
        try:
            async with asyncio.timeout(_PROBE_S):
                (answer,) = self.submit(Lane.FEW, self._predictor.encode([_PROBE]))
                await answer
        except Exception:
            return False
        return True

    def close(self) -> None:
        """Ends the threads, when nothing waits any more."""
        self._queue.close()

    def _work(self) -> None:
        while batch := self._queue.take():
            self._running_since[threading.current_thread()] = time.monotonic()
            try:
                self._run(batch)
            except BaseException:  # this thread ends, which /ping will tell; nobody else would answer these
                self._tell(batch, PredictionFailed())
                raise
            finally:
                del self._running_since[threading.current_thread()]

    def _run(self, batch: list[Job]) -> None:
        """Predicts a batch; where that fails, each text alone, so that none fails for its neighbour."""
        try:
            predictions = self._predictor.predict([job.tokens for job in batch])
        except Exception as error:
            if len(batch) > 1:
                for job in batch:
                    self._run([job])
                return
            self._failures += 1
            _log_failure(error)
            self._tell(batch, PredictionFailed())
        else:
            self._failures = 0
            self._tell(batch, predictions)

    def _expire(self, job: Job) -> None:
        self._tell([job], DeadlineExceeded(self._deadline))

    def _tell(self, batch: list[Job], outcome: "list[Prediction] | ServingError") -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the drain took too long, nobody listens
            batch[0].answer.get_loop().call_soon_threadsafe(_settle, batch, outcome)


def _settle(batch: list[Job], outcome: "list[Prediction] | ServingError") -> None:
    for index, job in enumerate(batch):
        if job.answer.done():  # cancelled while it ran
            continue
        if isinstance(outcome, ServingError):
            job.answer.set_exception(outcome)
        else:
            job.answer.set_result(outcome[index])


def _log_failure(error: Exception) -> None:
    """Logs where an error arose; not its message, which may quote the user's text."""
    _log.error(
        "prediction failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
    )
