"""Logs Insights counts lines of JSON, as the drift report's queries ask for."""

import json
import time
from collections.abc import Sequence
from typing import Any

from emulator.log_counts import Line, counted
from emulator_process import Emulator

QUERY = (
    "filter service = 'predict' and status = 200 and ispresent(share)\n"
    "| stats count(*) as requests by model, share"
)
SERVED: Line = {"service": "predict", "status": 200, "model": "a", "share": 0.5}
LINES: Sequence[Line] = [
    SERVED,
    SERVED,
    {**SERVED, "share": 0},
    {**SERVED, "share": None},
    {**SERVED, "status": 503},
    {**SERVED, "service": "predict-qualification"},
    {"service": "predict", "_aws": {}},
]


def _flat(rows: list[list[dict[str, str]]]) -> list[dict[str, str]]:
    return [{cell["field"]: cell["value"] for cell in row} for row in rows]


def test_lines_are_counted_by_their_fields() -> None:
    assert _flat(counted(QUERY, iter(LINES)) or []) == [
        {"model": "a", "share": "0.5", "requests": "2"},
        {"model": "a", "share": "0", "requests": "1"},
    ]


def test_other_queries_are_left_to_ministack() -> None:
    for query in ("fields @message", "filter status > 1 | stats count(*) as n by a", f"{QUERY} | limit 5"):
        assert counted(query, iter(LINES)) is None


def test_a_query_of_the_log_is_answered_with_counts(emulator: Emulator) -> None:
    logs: Any = emulator.client("logs")
    logs.create_log_group(logGroupName="/counted")
    logs.create_log_stream(logGroupName="/counted", logStreamName="s")
    now = int(time.time())
    messages = ["START RequestId: 1", "[1]", *map(json.dumps, LINES)]
    events = [{"timestamp": now * 1000, "message": message} for message in messages]
    logs.put_log_events(logGroupName="/counted", logStreamName="s", logEvents=events)
    asked = {"logGroupName": "/counted", "startTime": now - 60, "endTime": now + 60, "queryString": QUERY}
    answer = logs.get_query_results(queryId=logs.start_query(**asked)["queryId"])
    assert answer["status"] == "Complete"
    assert [row["requests"] for row in _flat(answer["results"])] == ["2", "1"]
    early = {**asked, "startTime": now - 600, "endTime": now - 300}
    assert logs.get_query_results(queryId=logs.start_query(**early)["queryId"])["results"] == []
