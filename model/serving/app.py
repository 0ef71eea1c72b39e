"""The ASGI application: `GET /ping` and `POST /invocations`, with small JSON errors."""

import logging
import os
import sys
import traceback

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from serving.predictor import Predictor

MAX_BODY_BYTES = (
    6 * 1024 * 1024
)  # of a real-time endpoint: docs.aws.amazon.com/general/latest/gr/sagemaker.html

_log = logging.getLogger(__name__)


class _BodyTooLarge(Exception):
    pass


def create_app(predictor: Predictor) -> Starlette:
    """An application that runs at most one prediction per available core at a time; others wait."""
    limiter = CapacityLimiter(_available_cores())

    async def ping(_request: Request) -> Response:
        return Response()

    async def invocations(request: Request) -> Response:
        content_type = request.headers.get("content-type", "application/json")
        accept = request.headers.get("accept", "*/*")
        try:
            body = await _read_body(request)
            answer = await to_thread.run_sync(predictor.answer, body, content_type, accept, limiter=limiter)
        except predictor.request_error as error:
            return _error(error.status, error.code, str(error))
        except _BodyTooLarge:
            return _error(
                413, "body_too_large", f"The body has more than {MAX_BODY_BYTES:,} bytes; send less."
            )
        except ClientDisconnect:
            return Response()  # nobody is left to read it
        except Exception as error:
            _log_failure(error)
            return _error(500, "internal_error", "The prediction failed.")
        return Response(answer[0], media_type=answer[1])

    routes = [Route("/ping", ping), Route("/invocations", invocations, methods=["POST"])]
    return Starlette(routes=routes, exception_handlers={HTTPException: _http_error})


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _BodyTooLarge
    return bytes(body)


def _log_failure(error: Exception) -> None:
    """Logs where an error arose; not its message, which may quote the user's text."""
    _log.error(
        "prediction failed: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
    )


async def _http_error(_request: Request, error: Exception) -> Response:
    """Unknown paths and methods."""
    assert isinstance(error, HTTPException)  # it is registered for these
    return _error(error.status_code, error.detail.lower().replace(" ", "_"), f"{error.detail}.")


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": message, "code": code}, status)


def _available_cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
