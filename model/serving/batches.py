"""The queue of texts that wait for the model, and the rule by which they share a run of it.

There is no timer: a free thread takes what waits, so a lone text never waits for company. Texts share a run
only with texts of nearly their length, because padding costs time: attention's in the graph that
training/graph.py writes, everything's in most others, where batches of mixed lengths are slower than none.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from serving.errors import Overloaded

if TYPE_CHECKING:
    from inference import Prediction, Tokens

_PADDING = 4  # texts of a run differ from its oldest by at most one token in so many


class Lane(Enum):
    """Where a text waits: a request of thousands of texts may not hold up those of a few."""

    FEW = "few"
    MANY = "many"


@dataclass(eq=False, slots=True)
class Job:
    """One text that waits; `answer` is cancelled when nobody wants it any more.

    From `expires` on (seconds of the monotonic clock) it is not worth starting.
    """

    tokens: "Tokens"
    expires: float
    answer: "asyncio.Future[Prediction]"


class BatchQueue:
    """Texts in the order they came, one lane for requests of few and one for those of many; thread-safe."""

    def __init__(self, max_batch: int, max_tokens: int, capacity: int, expire: Callable[[Job], None]) -> None:
        """A run takes at most `max_batch` texts and, with padding, `max_tokens` tokens, but always one text.

        `capacity` is in texts, for each lane; `expire` is told of jobs that waited for too long.
        """
        self._max_batch = max_batch
        self._max_tokens = max_tokens
        self._capacity = capacity
        self._expire = expire
        self._lanes: dict[Lane, deque[Job]] = {lane: deque() for lane in Lane}
        self._turn = Lane.MANY
        self._idle = 0
        self._closed = False
        self._changed = threading.Condition()

    def put(self, lane: Lane, jobs: list[Job]) -> None:
        """Queues jobs, all or none. Raises Overloaded when the lane has no room for them.

        Jobs that never expire get in: their request has begun, and each takes an earlier one's place.
        """
        with self._changed:
            begun = all(job.expires == float("inf") for job in jobs)
            if len(self._lanes[lane]) + len(jobs) > self._capacity and not begun:
                raise Overloaded
            self._lanes[lane].extend(jobs)
            self._changed.notify(len(jobs))

    def take(self) -> list[Job]:
        """Waits for texts, and takes those that shall share a run; none once the queue is closed."""
        with self._changed:
            self._idle += 1
            while not (batch := self._next_batch()) and not self._closed:
                self._changed.wait()
            self._idle -= 1
            return batch

    def close(self) -> None:
        """Lets `take` return when nothing waits any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next_batch(self) -> list[Job]:
        for lane in self._lanes.values():
            self._drop_stale(lane)
        if all(self._lanes.values()):  # both wait: they take turns
            self._turn = Lane.FEW if self._turn is Lane.MANY else Lane.MANY
            return self._pop_batch(self._lanes[self._turn])
        waiting = next(filter(None, self._lanes.values()), None)
        return self._pop_batch(waiting) if waiting else []

    def _drop_stale(self, lane: deque[Job]) -> None:
        """Leaves a lane empty, or with a job in front that is worth its run."""
        now = time.monotonic()
        while lane and (lane[0].answer.cancelled() or lane[0].expires <= now):
            job = lane.popleft()
            if not job.answer.cancelled():
                self._expire(job)

    def _pop_batch(self, lane: deque[Job]) -> list[Job]:
        """The oldest text, and those behind it of nearly its length for which there is room."""
        batch, others = [lane.popleft()], list[Job]()
        oldest = longest = len(batch[0].tokens)
        spread = -(-oldest // _PADDING)
        size = min(self._max_batch, -(-(len(lane) + 1) // self._idle))  # idle threads get their part
        while lane and len(batch) < size and (len(batch) + 1) * longest <= self._max_tokens:
            job = lane.popleft()
            length = len(job.tokens)
            near = abs(length - oldest) <= spread and (len(batch) + 1) * length <= self._max_tokens
            (batch if near and not job.answer.cancelled() else others).append(job)
            longest = max(longest, len(batch[-1].tokens))
        lane.extendleft(reversed(others))
        return batch
