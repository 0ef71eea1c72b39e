"""Runs the emulated AWS: `python -m emulator --port 4566 --state-dir .serin --serving-path model`."""

import argparse
import asyncio
import logging
import socket
import sys
from pathlib import Path

import urllib3
import uvloop

from emulator import environment, events, lifetime
from emulator.errors import StartError

_READY_TIMEOUT_S = 30


def main() -> None:
    """Serves until SIGTERM, SIGINT or the end of stdin.

    Says `{"event": "ready", "url": ...}` on stdout when it answers; exits with code 1 and one line on stderr
    when it cannot start.
    """
    options = _options()
    try:
        listener = _listen(options.port)
        environment.enter(options.port, options.state_dir, options.sagemaker_runtime_url)
        lifetime.tie_to_parent()
        events.claim_stdout()
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s [%(name)s] %(message)s")
        uvloop.run(_serve(listener, options))
    except StartError as error:
        sys.exit(f"emulator: {error}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="emulator", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="TCP port on 127.0.0.1")
    parser.add_argument(
        "--state-dir", type=_absolute, required=True, help="folder for everything that is written"
    )
    parser.add_argument(
        "--serving-path", type=_absolute, required=True, help="folder with the package `serving`"
    )
    parser.add_argument(
        "--codedeploy-url", default="", help="where the CodeDeploy stand-in listens; no CodeDeploy without it"
    )
    parser.add_argument(
        "--sagemaker-runtime-url", help="where Lambdas find SageMaker Runtime; this emulator without it"
    )
    options = parser.parse_args()
    if not 1 <= options.port <= 65535:
        parser.error(f"--port must be 1 to 65535, not {options.port}")
    if not (options.serving_path / "serving").is_dir():
        parser.error(f"--serving-path has no folder `serving`: {options.serving_path}")
    return options


def _absolute(path: str) -> Path:
    return Path(path).absolute()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        raise StartError(
            f"cannot listen on 127.0.0.1:{port}: {error.strerror}. Choose another port."
        ) from None
    listener.listen()
    return listener


async def _serve(listener: socket.socket, options: argparse.Namespace) -> None:
    from emulator import aws  # only now: MiniStack reads the environment when it is imported

    aws.extend(options.state_dir, options.serving_path, options.codedeploy_url)
    url = f"http://127.0.0.1:{options.port}"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(aws.serve(listener))
        await asyncio.to_thread(_wait_until_healthy, url)
        events.emit("ready", url=url)


def _wait_until_healthy(url: str) -> None:
    with urllib3.PoolManager() as http:
        http.request("GET", f"{url}/_ministack/health", timeout=_READY_TIMEOUT_S, retries=False)


if __name__ == "__main__":
    main()
