"""Serves a model: `python -m serving --model-dir DIR [--host HOST] [--port PORT] [--exit-with-parent]`."""

import argparse
import json
import logging
import os
import socket
import sys
from pathlib import Path

from serving.cpu import cpu_limit
from serving.supervisor import BACKLOG, CANNOT_SERVE, Supervisor, worker_command

_THREADS_PER_WORKER = 4  # more would wait for each other: the interpreter runs one at a time


def main() -> int:
    """Runs the command until it is told to stop; returns 2 when there is no model or no address to serve."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="serving: %(message)s")
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python says the address again
        address = f"{options.host}:{options.port}"
        print(f"serving: {address}: {reason}; choose another --host or --port", file=sys.stderr)
        return CANNOT_SERVE
    workers, threads = _capacity(options.workers, options.threads)
    command = worker_command(
        f"--model-dir={options.model_dir}",
        f"--threads={threads}",
        f"--queue={options.queue}",
        f"--deadline={options.deadline}",
    )
    url = _url(listener)
    return Supervisor(command, workers, listener, lambda: _announce(url)).run(options.exit_with_parent)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="serving", description="Serve a sentiment model over HTTP.")
    parser.add_argument("serve", nargs="?", choices=["serve"], help="ignored; SageMaker starts containers so")
    parser.add_argument(
        "--model-dir", type=Path, required=True, metavar="DIR", help="an artifact or unpacked model"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port",
        type=_port,
        default=_variable("SAGEMAKER_BIND_TO_PORT") or "8080",
        help="0 takes a free one; $SAGEMAKER_BIND_TO_PORT",
    )
    parser.add_argument(
        "--workers",
        type=_count,
        default=_variable("SERIN_WORKERS", "SAGEMAKER_MODEL_SERVER_WORKERS"),
        help=f"processes; one for every {_THREADS_PER_WORKER} CPUs; $SERIN_WORKERS or SageMaker's own "
        "$SAGEMAKER_MODEL_SERVER_WORKERS",
    )
    parser.add_argument(
        "--threads",
        type=_count,
        default=_variable("SERIN_THREADS"),
        help="of each process, that run the model; a whole CPU each; $SERIN_THREADS",
    )
    parser.add_argument(
        "--queue",
        type=_count,
        default=_variable("SERIN_QUEUE") or "1024",
        metavar="TEXTS",
        help="that wait in a process before it answers 503; 1024; $SERIN_QUEUE",
    )
    parser.add_argument(
        "--deadline",
        type=_seconds,
        default=_variable("SERIN_DEADLINE") or "5",
        metavar="SECONDS",
        help="that a request may wait before it is answered with 503; 5; $SERIN_DEADLINE",
    )
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when stdin ends")
    return parser


def _variable(*names: str) -> str | None:
    """The first of the environment's variables that says something; argparse checks it like an option."""
    return next(filter(None, map(os.environ.get, names)), None)


def _count(value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise argparse.ArgumentTypeError(f"{value!r} is not a whole number from 1")
    return int(value)


def _port(value: str) -> int:
    """Checked here, as the system takes 65,536 more than a port for that port."""
    if not value.isdecimal() or int(value) > 65_535:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port, a number from 0 to 65535")
    return int(value)


def _seconds(value: str) -> float:
    try:
        if 0 < (seconds := float(value)) < float("inf"):
            return seconds
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{value!r} is not a number of seconds above 0")


def _capacity(workers: int | None, threads: int | None) -> tuple[int, int]:
    """How many processes, and how many threads in each, where they are not given.

    A fraction of a CPU gets no thread: the quota would stop all threads of the process for most of it.
    """
    cpus = max(1, int(cpu_limit()))
    workers = workers or -(-cpus // _THREADS_PER_WORKER)
    return workers, threads or max(1, cpus // workers)


def _listen(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(url: str) -> None:
    print(json.dumps({"event": "ready", "url": url}), flush=True)


if __name__ == "__main__":
    sys.exit(main())
