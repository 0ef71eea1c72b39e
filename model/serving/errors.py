"""Errors that the server answers on its own behalf; those of a request's content are the inference.py's."""

from collections.abc import Sequence
from typing import ClassVar

Headers = Sequence[tuple[bytes, bytes]]

_RETRY_AFTER: Headers = [(b"retry-after", b"2")]  # seconds: a full queue is half empty by then


class ServingError(Exception):
    """Why a request gets no prediction; the message says what the client can do and quotes nothing."""

    status: ClassVar[int]
    code: ClassVar[str]
    headers: Headers = ()


class Overloaded(ServingError):
    """There is no room for the request."""

    status = 503
    code = "overloaded"
    headers = _RETRY_AFTER

    def __init__(self) -> None:
        super().__init__("The server has more requests than it can answer; try again later.")


class DeadlineExceeded(ServingError):
    """The request waited so long that its client has probably given up."""

    status = 503
    code = "deadline_exceeded"
    headers = _RETRY_AFTER

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The request waited for more than {seconds:g} s; try again later.")


class PredictionFailed(ServingError):
    """The model raised an error, which is logged."""

    status = 500
    code = "internal_error"

    def __init__(self) -> None:
        super().__init__("The prediction failed.")


class BodyTooLarge(ServingError):
    """The body is larger than any that is read."""

    status = 413
    code = "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body has more than {limit:,} bytes; send less.")


class BodyTooSlow(ServingError):
    """The body did not arrive in time."""

    status = 408
    code = "body_too_slow"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body did not arrive within {seconds:g} s; send it faster.")


class NotFound(ServingError):
    """There is no such path."""

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("There is nothing here; use GET /ping or POST /invocations.")


class MethodNotAllowed(ServingError):
    """The path takes another method."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"The method is not allowed; use {allowed}.")
        self.headers = [(b"allow", allowed.encode())]
