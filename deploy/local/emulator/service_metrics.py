"""Lets the emulated services publish the metrics of themselves that AWS's do and that Serin's alarms watch.

API Gateway: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
Lambda: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
SageMaker: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import time
from collections.abc import Mapping
from typing import Any, Self

from ministack.services import apigateway, lambda_svc

from emulator.metrics import record

_Record = Mapping[str, Any]


def install() -> None:
    """Makes API Gateway and Lambda publish; SageMaker's service uses `Invocation`."""
    _tap_requests()
    _tap_integrations()
    _tap_functions()


class Invocation:
    """One InvokeEndpoint that reached an endpoint, from the begin to the end of a `with`."""

    def __init__(self, endpoint: str, variant: str) -> None:
        self._dimensions = {"EndpointName": endpoint, "VariantName": variant}
        self._status = 500  # unless the model answers
        self._model_us: float | None = None

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def answered(self, status: int) -> None:
        """To be called as soon as the model has answered with this status."""
        self._status, self._model_us = status, _ms_since(self._started) * 1000

    def __exit__(self, *_: object) -> None:
        is_client_error, is_server_error = 400 <= self._status < 500, self._status >= 500
        counts = {
            "Invocations": 1,
            "Invocation4XXErrors": int(is_client_error),
            "Invocation5XXErrors": int(is_server_error),
        }
        record("AWS/SageMaker", self._dimensions, "Count", counts)
        if self._model_us is not None:
            overhead_us = _ms_since(self._started) * 1000 - self._model_us
            latencies = {"ModelLatency": self._model_us, "OverheadLatency": overhead_us}
            record("AWS/SageMaker", self._dimensions, "Microseconds", latencies)


def _tap_requests() -> None:
    # Every request, so also those that the gateway refuses itself: 401, 403, 404, 429.
    execute = apigateway.handle_execute

    async def measured(
        api_id: str, stage: str, path: str, method: str, *arguments: object, **options: object
    ) -> object:
        started, status = time.perf_counter(), 500
        try:
            response = await execute(api_id, stage, path, method, *arguments, **options)
            status = response[0]
            return response
        finally:
            route = None if status == 404 else {"Method": method, "Resource": path}
            _record_gateway(api_id, stage, "Milliseconds", {"Latency": _ms_since(started)}, route)
            errors = {"4xx": int(400 <= status < 500), "5xx": int(status >= 500)}
            _record_gateway(api_id, stage, "Count", {"Count": 1, **errors}, route)

    apigateway.handle_execute = measured


def _tap_integrations() -> None:
    invoke = apigateway._invoke_lambda_proxy

    async def measured(
        integration: object, api_id: str, stage: str, *arguments: object, **options: object
    ) -> object:
        started = time.perf_counter()
        try:
            return await invoke(integration, api_id, stage, *arguments, **options)
        finally:
            _record_gateway(api_id, stage, "Milliseconds", {"IntegrationLatency": _ms_since(started)})

    apigateway._invoke_lambda_proxy = measured


def _record_gateway(
    api_id: str,
    stage: str,
    unit: str,
    values: Mapping[str, float],
    route: Mapping[str, str] | None = None,
) -> None:
    """`route`: of a request for which there is one, as where a stage has detailed metrics."""
    record("AWS/ApiGateway", {"ApiId": api_id}, unit, values)
    record("AWS/ApiGateway", {"ApiId": api_id, "Stage": stage}, unit, values)
    if route:
        record("AWS/ApiGateway", {"ApiId": api_id, "Stage": stage, **route}, unit, values)


def _tap_functions() -> None:
    # MiniStack's own metrics leave out what API Gateway and events invoke.
    dispatch = lambda_svc._execute_function_dispatch

    def measured(function: _Record, config: _Record, *arguments: object) -> object:
        started, failed = time.perf_counter(), True
        try:
            result = dispatch(function, config, *arguments)
            failed = bool(result.get("error"))
            return result
        finally:
            name = config.get("FunctionName", "unknown")
            _record_function(name, "Count", {"Invocations": 1, "Errors": int(failed), "Throttles": 0})
            _record_function(name, "Milliseconds", {"Duration": _ms_since(started)})

    def throttled(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle and not duration_ms:  # the Invoke API tells it a second time, with a duration
            _record_function(function_name, "Count", {"Throttles": 1})

    lambda_svc._execute_function_dispatch = measured
    lambda_svc._emit_lambda_metrics = throttled


def _record_function(name: str, unit: str, values: Mapping[str, float]) -> None:
    record("AWS/Lambda", {"FunctionName": name}, unit, values)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
