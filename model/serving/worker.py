"""One process that serves a model on the supervisor's socket: `python -m serving.worker`, not by hand."""

import argparse
import asyncio
import logging
import signal
import socket
import sys
from pathlib import Path

import uvicorn

from serving.app import App
from serving.predictor import Predictor
from serving.service import Service
from serving.supervisor import BACKLOG, CANNOT_SERVE, DRAIN_S

_KEEP_ALIVE_S = 75  # longer than clients keep idle connections, so that none is closed under a request


class _Server(uvicorn.Server):
    """Tells the supervisor that it listens, and drains when the supervisor is gone."""

    def __init__(self, config: uvicorn.Config, supervisor: socket.socket) -> None:
        super().__init__(config)
        self._supervisor = supervisor

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self._supervisor, self._stop)
        self._supervisor.send(b"ready")

    def _stop(self) -> None:
        """The supervisor never writes, so its socket becomes readable when it ends."""
        asyncio.get_running_loop().remove_reader(self._supervisor)
        self.should_exit = True


def main() -> int:
    """Serves until SIGTERM or the end of the supervisor, then finishes what was asked."""
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, _exit)
    options = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    try:
        predictor = Predictor(options.model_dir)
        predictor.predict(predictor.encode([""]))  # the first prediction is the slowest
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}; name a folder with a model")
    except Exception as error:  # whatever the runtime, the tokenizer or a packed inference.py raises
        return _refuse(f"the model cannot be loaded: {error}")
    service = Service(predictor, options.threads, options.queue, options.deadline)
    config = uvicorn.Config(
        App(service),
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = _Server(config, socket.socket(fileno=options.supervisor_fd))
    server.run([socket.socket(fileno=options.listener_fd)])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="serving.worker")
    parser.add_argument("--model-dir", type=Path, required=True)
    for count in ("--threads", "--queue", "--listener-fd", "--supervisor-fd"):
        parser.add_argument(count, type=int, required=True)
    parser.add_argument("--deadline", type=float, required=True)
    return parser


def _refuse(reason: str) -> int:
    print(f"serving: {reason}", file=sys.stderr)
    return CANNOT_SERVE


def _exit(_signal: int, _frame: object) -> None:
    """Uvicorn drains, restores the handlers, and raises the signal again: by then a clean exit is due."""
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
