"""The emulated CloudWatch's metrics as they were measured: kept value by value within bounds, handed out raw.

CloudWatch's API gives statistics of a period only; alarms in compressed time need the values themselves.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack.services import cloudwatch

MOST = 20_000
"""Values of one metric; the older half is forgotten beyond that, so that a target may run for weeks."""

_PATH = "/_serin/metrics"

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def record(namespace: str, dimensions: Mapping[str, str], unit: str, values: Mapping[str, float]) -> None:
    """Publishes one value of each metric, measured now."""
    for name, value in values.items():
        cloudwatch.record_metric(namespace, name, value, unit, dict(dimensions))
        points = cloudwatch._metric_bucket((namespace, name, cloudwatch._dims_key(dict(dimensions))))
        if len(points) > MOST:
            del points[: -MOST // 2]


def handing_out(application: Application) -> Application:
    """Answers `GET /_serin/metrics?since=MS` (milliseconds since the epoch) itself, and nothing else."""

    async def answer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _PATH:
            return await application(scope, receive, send)
        since = parse_qs(scope["query_string"].decode()).get("since", ["0"])[0]
        status, body = (200, _raw(float(since))) if since.isdigit() else (400, "since must be a number of ms")
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    return answer


def _raw(since_ms: float) -> list[dict[str, Any]]:
    """Each metric with its points `[ms since the epoch, value]`."""
    return [metric for metric in _metrics(since_ms) if metric["points"]]


def _metrics(since_ms: float) -> Iterator[dict[str, Any]]:
    for (namespace, name, _), points in list(cloudwatch._metrics.items()):
        found = [point for point in list(points) if point["Timestamp"] * 1000 >= since_ms]
        yield {
            "namespace": namespace,
            "name": name,
            "dimensions": found[0]["Dimensions"] if found else {},
            "points": [[point["Timestamp"] * 1000, point["Value"]] for point in found],
        }
