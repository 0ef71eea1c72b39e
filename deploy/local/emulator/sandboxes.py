"""Starts Lambda's sandboxes one after the other: a request that finds none free takes the first that is free.

MiniStack starts one for every waiting request, as AWS does on a fleet. Here the starts and the requests share
a few cores: at 20 requests/s every start would slow down the others until all of them time out.
"""

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.services import lambda_svc

MOST = 16
"""Of one version of a function: more processes answer no faster."""
_LONGEST_ANSWER_S = 30


class _Pool:
    """What is going on with the sandboxes of one version of a function."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.changed = threading.Condition()
        self.is_starting = False

    def can_lease(self) -> bool:
        workers = lambda_runtime._workers.get(self._key, [])
        is_one_free = any(not worker.in_use for worker in workers)
        return is_one_free or (not self.is_starting and len(workers) < MOST)

    def is_idle(self) -> bool:
        return not any(worker.in_use for worker in lambda_runtime._workers.get(self._key, []))


_pools: dict[str, _Pool] = {}


def install() -> None:
    """Replaces how MiniStack leases sandboxes, and ends those whose function cannot start."""
    lambda_svc.acquire_worker = _acquire
    lambda_svc.release_worker = _release
    _end_what_cannot_start()


def wait_until_answered(name: str, version: str) -> None:
    """Waits for what a version of a function is answering, at most as long as API Gateway does."""
    for pool in [pool for key, pool in list(_pools.items()) if key.endswith(f":{name}:{version}")]:
        with pool.changed:
            pool.changed.wait_for(pool.is_idle, _LONGEST_ANSWER_S)


def _end_what_cannot_start() -> None:
    # MiniStack forgets such a process without ending it when another request has broken meanwhile.
    spawn = Worker._spawn

    def spawn_or_end(worker: Worker) -> None:
        try:
            spawn(worker)
        except Exception:
            worker.kill()
            raise

    Worker._spawn = spawn_or_end


def _acquire(name: str, config: dict[str, Any], code: bytes, qualifier: str) -> tuple[Worker | None, str]:
    key = lambda_runtime._worker_key(name, config, qualifier)
    pool = _pools.setdefault(key, _Pool(key))  # atomic, so that all wait at the same one
    with pool.changed:
        pool.changed.wait_for(pool.can_lease)  # a start depends on no other request, so this ends
        worker, reason = lambda_runtime.acquire_worker(name, config, code, qualifier=qualifier)
        if reason != "spawn":
            return worker, reason
        pool.is_starting = True
    try:
        lambda_runtime.ensure_spawned(worker)
    except Exception:  # its invocation starts it again and reports why it cannot
        worker.kill()
    with pool.changed:
        pool.is_starting = False
        pool.changed.notify()
    return worker, reason


def _release(worker: Worker | None) -> None:
    """Returns a sandbox; None stands for one that broke and is gone."""
    lambda_runtime.release_worker(worker)
    for pool in list(_pools.values()):
        with pool.changed:
            pool.changed.notify()
