"""Keeps the workers of a server alive: starts them, replaces those that die, and drains them at the end.

It owns the listening socket, so connections wait there, unharmed, while a worker is replaced. It imports
nothing large. Uvicorn has a supervisor too, but that one restarts a dying worker without end or pause, leaves
workers behind when it is killed, and does not say when all of them are ready.
"""

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CANNOT_SERVE = 2  # a worker's exit status when another try would fail in the same way
BACKLOG = 2048  # connections that wait to be accepted
DRAIN_S = 25  # SageMaker and Kubernetes kill a container 30 s after SIGTERM
_KILL_AFTER_S = DRAIN_S + 2
_STABLE_S = 60
_PAUSES_S = (0, 0.5, 1, 2, 4)

_log = logging.getLogger(__name__)


@dataclass
class _Worker:
    process: "subprocess.Popen[bytes]"
    channel: socket.socket
    started: float
    ready: bool = False


class Supervisor:
    """A number of equal workers on one listening socket."""

    def __init__(
        self,
        command: Sequence[str],
        workers: int,
        listener: socket.socket,
        ready: Callable[[], None],
        pauses: Sequence[float] = _PAUSES_S,
    ) -> None:
        """`command` gets `--listener-fd` and `--supervisor-fd`; it sends a byte there once it listens.

        `ready` is called once, when all workers listen. A worker that dies within a minute of its start is
        replaced after the next of the `pauses`, in seconds; when there is none left the supervisor gives up.
        """
        self._command = command
        self._count = workers
        self._listener = listener
        self._announce: Callable[[], None] | None = ready
        self._pauses = pauses
        self._early_deaths = 0
        self._workers: list[_Worker] = []
        self._due: list[float] = []
        self._result: int | None = None
        self._selector = selectors.PollSelector()

    def run(self, exit_with_parent: bool = False) -> int:
        """Returns when everything has ended: 0 after SIGTERM, SIGINT or, on request, the end of stdin.

        Else CANNOT_SERVE when a worker said so, and 1 when workers keep dying; the reason is logged.
        """
        self._stop_on_signals()
        if exit_with_parent:
            self._selector.register(0, selectors.EVENT_READ, self._read_stdin)
        self._due = [time.monotonic()] * self._count
        while self._result is None:
            self._start_due()
            for key, _ in self._selector.select(self._until_due()):
                key.data()
        self._drain()
        return self._result

    def _stop_on_signals(self) -> None:
        wake, waker = socket.socketpair()
        for end in (wake, waker):
            end.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        self._waker = waker  # kept open
        for wish in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wish, lambda _signal, _frame: self._end(0))
        self._selector.register(wake, selectors.EVENT_READ, lambda: wake.recv(64))

    def _read_stdin(self) -> None:
        if not os.read(0, 4096):
            self._end(0)

    def _end(self, result: int) -> None:
        if self._result is None:
            self._result = result

    def _until_due(self) -> float | None:
        return max(0, min(self._due) - time.monotonic()) if self._due else None

    def _start_due(self) -> None:
        now = time.monotonic()
        for _ in [due for due in self._due if due <= now]:
            self._start()
        self._due = [due for due in self._due if due > now]

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        fds = self._listener.fileno(), theirs.fileno()
        command = [*self._command, "--listener-fd", str(fds[0]), "--supervisor-fd", str(fds[1])]
        # our stdout has one line, of ours: whatever a model prints goes to stderr
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=2, pass_fds=fds)
        theirs.close()
        worker = _Worker(process, ours, time.monotonic())
        self._workers.append(worker)
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._hear(worker))

    def _hear(self, worker: _Worker) -> None:
        """Its first byte says that a worker listens, the end of its channel that it is dead."""
        try:
            alive = bool(worker.channel.recv(64))
        except ConnectionResetError:
            alive = False
        if not alive:
            self._bury(worker)
            return
        worker.ready = True
        if self._announce and len(self._workers) == self._count and all(w.ready for w in self._workers):
            self._announce()
            self._announce = None

    def _bury(self, worker: _Worker) -> None:
        self._selector.unregister(worker.channel)
        worker.channel.close()
        self._workers.remove(worker)
        status = worker.process.wait()
        if status == CANNOT_SERVE:  # it has said why
            self._end(CANNOT_SERVE)
            return
        end = f"was killed by signal {-status}" if status < 0 else f"exited with {status}"
        now = time.monotonic()
        self._early_deaths = self._early_deaths + 1 if now - worker.started < _STABLE_S else 1
        if self._early_deaths > len(self._pauses):
            _log.error("a worker %s; %d died early in a row, giving up", end, self._early_deaths)
            self._end(1)
            return
        pause = self._pauses[self._early_deaths - 1]
        _log.error("a worker %s; its requests are lost; replacing it in %g s", end, pause)
        self._due.append(now + pause)

    def _drain(self) -> None:
        """Accepts nothing more, lets workers finish for DRAIN_S, then kills what is left."""
        self._listener.close()
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + _KILL_AFTER_S
        for worker in self._workers:
            try:
                worker.process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.error("a worker did not finish within %d s; killing it", _KILL_AFTER_S)
                worker.process.kill()
                worker.process.wait()


def worker_command(*options: str) -> list[str]:
    """The command line of this package's worker."""
    return [sys.executable, "-m", "serving.worker", *options]
