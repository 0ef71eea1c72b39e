"""The HTTP side, an ASGI application: `GET /ping` and `POST /invocations`, bounded bodies, small JSON errors.

No framework: two paths need none, and Starlette took 2 MiB for no gain in clearness.
"""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from serving.errors import (
    BodyTooLarge,
    BodyTooSlow,
    Headers,
    MethodNotAllowed,
    NotFound,
    Overloaded,
    PredictionFailed,
    ServingError,
)
from serving.service import Service

if TYPE_CHECKING:
    from inference import RequestError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# of a real-time endpoint: docs.aws.amazon.com/general/latest/gr/sagemaker.html
MAX_BODY_BYTES = 6 * 1024 * 1024
_MAX_HELD_BYTES = 4 * MAX_BODY_BYTES  # of all bodies that are being read or answered
_BODY_S = 30

_log = logging.getLogger(__name__)


class _Gone(Exception):
    """The client has left."""


class App:
    """An ASGI application; it holds at most _MAX_HELD_BYTES of bodies."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._held_bytes = 0
        self._routes = {"/ping": ("GET", self._ping), "/invocations": ("POST", self._invoke)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        try:
            if scope["path"] not in self._routes:
                raise NotFound
            method, endpoint = self._routes[scope["path"]]
            if scope["method"] != method:
                raise MethodNotAllowed(method)
            await endpoint(scope, receive, send)
        except ServingError as error:
            await _send_error(send, error)
        except _Gone:
            pass
        except Exception as error:
            _log_failure(error)
            await _send_error(send, PredictionFailed())

    async def _ping(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await _send(send, 200 if await self._service.healthy() else 503, b"")

    async def _invoke(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        content_type = headers.get(b"content-type", b"application/json").decode("latin-1")
        accept = headers.get(b"accept", b"*/*").decode("latin-1")
        body = bytearray()
        try:
            await self._read_into(body, receive)
            async with _cancelled_when_gone(receive):
                answer, media_type = await self._service.answer(bytes(body), content_type, accept)
        except self._service.request_error as error:
            await _send_error(send, error)
        else:
            await _send(send, 200, answer.encode(), media_type)
        finally:
            self._held_bytes -= len(body)

    async def _read_into(self, body: bytearray, receive: Receive) -> None:
        """Reads all of a request's body. Raises Overloaded where it would hold too much with all others."""
        try:
            async with asyncio.timeout(_BODY_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    chunk = message["body"]
                    if len(body) + len(chunk) > MAX_BODY_BYTES:
                        raise BodyTooLarge(MAX_BODY_BYTES)
                    if self._held_bytes + len(chunk) > _MAX_HELD_BYTES:
                        raise Overloaded
                    body += chunk
                    self._held_bytes += len(chunk)
                    if not message["more_body"]:
                        return
        except TimeoutError:
            raise BodyTooSlow(_BODY_S) from None


@asynccontextmanager
async def _cancelled_when_gone(receive: Receive) -> AsyncIterator[None]:
    """Ends what is inside as soon as the client closes its connection, with _Gone."""
    task = asyncio.current_task()
    assert task is not None  # a coroutine runs in one
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        task.cancel()

    watcher = asyncio.ensure_future(watch())
    try:
        yield
    except asyncio.CancelledError:
        if gone and task.uncancel() == 0:
            raise _Gone from None
        raise
    finally:
        watcher.cancel()


async def _send_error(send: Send, error: "ServingError | RequestError") -> None:
    body = json.dumps({"error": str(error), "code": error.code}).encode()
    headers = error.headers if isinstance(error, ServingError) else ()
    await _send(send, error.status, body, "application/json", headers)


async def _send(
    send: Send, status: int, body: bytes, media_type: str | None = None, more_headers: Headers = ()
) -> None:
    headers = [(b"content-length", b"%d" % len(body)), *more_headers]
    if media_type:
        charset = "; charset=utf-8" if media_type.startswith("text/") else ""
        headers.append((b"content-type", f"{media_type}{charset}".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _log_failure(error: Exception) -> None:
    """Logs where an error arose; not its message, which may quote the user's text."""
    _log.error(
        "request failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
    )
