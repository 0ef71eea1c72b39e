"""Runs the application under uvicorn, and tells the parent process when it can be called."""

import json
import os
import signal
import socket
import sys
import threading

import uvicorn
from starlette.applications import Starlette

_DRAIN_S = 30
_KEEP_ALIVE_S = 75  # longer than clients keep idle connections, so that none is closed under a request


class _Server(uvicorn.Server):
    """Announces its address on stdout once it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        print(json.dumps({"event": "ready", "url": url}), flush=True)


def serve(app: Starlette, host: str, port: int, exit_with_parent: bool) -> None:
    """Serves until SIGTERM, SIGINT or, on request, the end of stdin; then finishes what it was asked.

    Port 0 takes a free one. Logs go to stderr; stdout gets one line, `{"event": "ready", "url": ...}`.
    """
    for wish in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wish, _exit)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    server = _Server(config)
    if exit_with_parent:
        threading.Thread(target=_stop_at_eof, args=(server,), daemon=True, name="stdin").start()
    server.run()


def _exit(_signal: int, _frame: object) -> None:
    """Uvicorn drains, restores the handlers, and raises the signal again: by then a clean exit is due."""
    sys.exit(0)


def _stop_at_eof(server: uvicorn.Server) -> None:
    # not sys.stdin: a thread that waits inside a buffered reader makes the interpreter's exit fail
    while os.read(0, 4096):
        pass
    server.should_exit = True
