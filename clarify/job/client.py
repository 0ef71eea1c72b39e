"""Asks a model over HTTP: one connection, timeouts, and retries within a budget."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import urllib3
from analysis.problem import AnalysisError

from job.formats import Format, Prediction, predictions

Sign = Callable[[str, bytes, Mapping[str, str]], Mapping[str, str]]
"""Gives the headers of a request to an address with their signature."""

_TIMEOUT = urllib3.Timeout(connect=10, read=70)
"""Seconds; SageMaker lets a model work for 60 (docs.aws.amazon.com/sagemaker: InvokeEndpoint)."""
_RETRIED = {408, 424, 429}
"""Besides all from 500 on; 424 is SageMaker's word for a container that failed."""


class Unreachable(AnalysisError):
    """Nobody answers, whatever is asked."""


@dataclass(frozen=True)
class Patience:
    """How long a request is tried again. Pauses double, and a random half of each keeps callers apart."""

    first_s: float = 0.25
    longest_s: float = 20
    budget_s: float = 180
    """Tries and pauses together; one that began is waited for."""

    def pause(self, attempt: int) -> float:
        """Seconds after the attempt of this number, from 1."""
        return min(self.longest_s, self.first_s * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1)


class Client:
    """Asks the model at an address."""

    def __init__(
        self,
        address: str,
        format: Format,
        labels: Sequence[str],
        patience: Patience,
        sign: Sign | None = None,
        lives: Callable[[], bool] = lambda: True,
    ) -> None:
        """`lives`: whether the server can still answer; when it cannot, it is not asked again."""
        self._address, self._format, self._labels = address, format, labels
        self._patience, self._sign, self._lives = patience, sign, lives
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=False)

    def ask(self, texts: Sequence[str]) -> list[Prediction]:
        """Raises Unreachable, BadAnswer with the text's place, or AnalysisError for a refused request."""
        body = self._format.body(texts)
        response = self._persist(body)
        if response.status != 200:
            raise AnalysisError(
                f"the model refuses a request of {len(texts)} texts with HTTP {response.status}"
            )
        try:
            answers = self._format.answers(response.data)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise AnalysisError(
                f"the model's answer is not what {self._format.accept} promises"
            ) from None  # the cause may quote a text
        return predictions(answers, self._labels, len(texts))

    def close(self) -> None:
        """Closes the connection."""
        self._http.clear()

    def _persist(self, body: bytes) -> urllib3.BaseHTTPResponse:
        left, attempt = self._patience.budget_s, 0
        while True:
            began = time.monotonic()
            response, problem = self._try(body)
            if response is not None and not _is_retried(response):
                return response
            if not self._lives():
                raise Unreachable("the model server ended")
            attempt += 1
            pause = max(self._patience.pause(attempt), _retry_after(response))
            left -= time.monotonic() - began + pause
            if left < 0:
                raise Unreachable(f"the model does not answer ({problem}, try {attempt})")
            time.sleep(pause)

    def _try(self, body: bytes) -> tuple[urllib3.BaseHTTPResponse | None, str]:
        headers: Mapping[str, str] = {
            "content-type": self._format.content_type,
            "accept": self._format.accept,
        }
        if self._sign is not None:
            headers = self._sign(self._address, body, headers)
        try:
            response = self._http.request("POST", self._address, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.TimeoutError:
            return None, "no answer in time"
        except urllib3.exceptions.HTTPError:
            return None, "connection lost"
        return response, f"HTTP {response.status}"


def _is_retried(response: urllib3.BaseHTTPResponse) -> bool:
    is_throttled = response.headers.get("x-amzn-errortype", "").startswith("Throttling")
    return response.status >= 500 or response.status in _RETRIED or is_throttled


def _retry_after(response: urllib3.BaseHTTPResponse | None) -> float:
    """Seconds that the server asks for; 0 where it asks for none, or for what cannot be understood."""
    if response is None or (wanted := response.headers.get("retry-after")) is None:
        return 0
    try:
        return urllib3.Retry().parse_retry_after(wanted)
    except urllib3.exceptions.InvalidHeader:
        return 0
