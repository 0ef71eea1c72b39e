"""Which texts share a run of the model, who goes first, and what never runs."""

import asyncio
import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from serving.batches import BatchQueue, Job, Lane
from serving.errors import Overloaded
from waiting import until

NEVER = math.inf


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


class Queue:
    """A queue of texts that are known by their lengths; `take` waits for none unless it is open."""

    def __init__(self, loop: asyncio.AbstractEventLoop, capacity: int = 100, opened: bool = False) -> None:
        self.expired: list[Job] = []
        self.queue = BatchQueue(8, 256, capacity, self.expired.append)
        self._loop = loop
        if not opened:
            self.queue.close()

    def put(self, *lengths: int, lane: Lane = Lane.FEW, expires: float = NEVER) -> list[Job]:
        jobs = [Job(np.zeros(length, np.int64), expires, self._loop.create_future()) for length in lengths]
        self.queue.put(lane, jobs)
        return jobs

    def take(self) -> list[int]:
        return [len(job.tokens) for job in self.queue.take()]


@pytest.fixture
def queue(loop: asyncio.AbstractEventLoop) -> Queue:
    return Queue(loop)


def test_a_lone_text_is_taken_at_once(queue: Queue) -> None:
    queue.put(24)
    assert queue.take() == [24]


def test_a_batch_holds_the_oldest_and_those_within_a_quarter_of_its_length(queue: Queue) -> None:
    queue.put(24, 31, 30, 128, 17, 18, 24)
    assert [queue.take() for _ in range(4)] == [[24, 30, 18, 24], [31], [128], [17]]


def test_a_short_text_never_pays_for_a_long_neighbours_padding(
    loop: asyncio.AbstractEventLoop,
) -> None:
    queue, lengths = Queue(loop, capacity=500), np.random.default_rng(0).integers(1, 129, 500).tolist()
    for length in lengths:
        queue.put(length)
    taken = 0
    while taken < len(lengths):
        batch = queue.take()
        taken += len(batch)
        assert max(batch) <= min(batch) + 2 * math.ceil(batch[0] / 4)
        assert max(batch) * len(batch) <= 256


def test_a_batch_holds_at_most_eight(queue: Queue) -> None:
    queue.put(*[10] * 20)
    assert [len(queue.take()) for _ in range(3)] == [8, 8, 4]


def test_long_texts_share_a_run_up_to_its_tokens(queue: Queue) -> None:
    queue.put(*[56] * 5, *[300] * 2)
    assert [queue.take() for _ in range(4)] == [[56] * 4, [56], [300], [300]]


def test_those_left_keep_their_order(queue: Queue) -> None:
    queue.put(10, 50, 100, 10, 51)
    assert [queue.take() for _ in range(3)] == [[10, 10], [50, 51], [100]]


def test_idle_threads_share_what_waits(loop: asyncio.AbstractEventLoop) -> None:
    queue = Queue(loop, opened=True)
    with ThreadPoolExecutor(2) as pool:
        takers = [pool.submit(queue.take) for _ in range(2)]
        until(lambda: queue.queue._idle == 2, "both to be idle")
        queue.put(10, 10, 10, 10)
        assert [taker.result(20) for taker in takers] == [[10, 10], [10, 10]]


def test_lanes_take_turns_when_both_wait(queue: Queue) -> None:
    queue.put(*[10] * 40, lane=Lane.MANY)
    queue.put(20, 30, 40)
    assert [queue.take()[0] for _ in range(8)] == [20, 10, 30, 10, 40, 10, 10, 10]


def test_a_full_lane_refuses_all_of_a_request_and_the_other_lane_takes_its_own(
    loop: asyncio.AbstractEventLoop,
) -> None:
    queue, soon = Queue(loop, capacity=3), time.monotonic() + 60
    queue.put(1, 1, expires=soon)
    with pytest.raises(Overloaded):
        queue.put(1, 1, expires=soon)
    queue.put(1, expires=soon)
    queue.put(1, 1, 1, lane=Lane.MANY, expires=soon)
    assert queue.take() == [1, 1, 1]


def test_what_has_begun_gets_into_a_full_lane(loop: asyncio.AbstractEventLoop) -> None:
    queue = Queue(loop, capacity=1)
    queue.put(1, lane=Lane.MANY)
    queue.put(1, lane=Lane.MANY, expires=NEVER)
    assert queue.take() == [1, 1]


def test_expired_and_cancelled_texts_are_dropped(queue: Queue) -> None:
    late = queue.put(10, expires=time.monotonic())
    (gone,) = queue.put(10)
    gone.answer.cancel()
    queue.put(10)
    (also_gone,) = queue.put(10)
    also_gone.answer.cancel()
    assert queue.take() == [10]
    assert queue.expired == late


def test_a_closed_queue_is_emptied_first(queue: Queue) -> None:
    queue.put(1, 100)
    assert [queue.take() for _ in range(3)] == [[1], [100], []]
