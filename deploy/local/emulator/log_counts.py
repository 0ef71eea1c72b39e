"""Lets Logs Insights count: `filter a = 'x' and ispresent(b) | stats count(*) as n by a, b` over JSON lines.

MiniStack answers every query with the lines themselves; other queries than of this form are left to it.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ministack.services import cloudwatch_logs

_QUERY = re.compile(r"filter (.+?)\s*\|\s*stats count\(\*\) as (\w+) by (\w+(?:\s*,\s*\w+)*)", re.DOTALL)
_CONDITION = re.compile(r"ispresent\((\w+)\)|(\w+) = (?:'([^']*)'|(\d+))")
_MOST_ROWS = 10_000

Line = Mapping[str, Any]
Row = list[dict[str, str]]


def install() -> None:
    """Replaces how MiniStack answers queries that count."""
    start = cloudwatch_logs._start_query

    def start_or_count(data: dict[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        answer: tuple[int, Mapping[str, str], bytes] = start(data)
        rows = counted(data.get("queryString", ""), _lines(data))
        if answer[0] == 200 and rows is not None:
            cloudwatch_logs._queries[json.loads(answer[2])["queryId"]]["results"] = rows[:_MOST_ROWS]
        return answer

    cloudwatch_logs._start_query = start_or_count


def counted(query: str, lines: Iterator[Line]) -> list[Row] | None:
    """The rows as Insights gives them, the largest count first; None for a query of another form."""
    parts = _QUERY.fullmatch(query.strip())
    conditions = [_CONDITION.fullmatch(one) for one in parts[1].split(" and ")] if parts else [None]
    if parts is None or None in conditions:
        return None
    fields = re.split(r"\s*,\s*", parts[3])
    counts = Counter(
        tuple(_text(line.get(field)) for field in fields)
        for line in lines
        if all(one and _holds(one, line) for one in conditions)
    )
    return [_row(fields, values, parts[2], count) for values, count in counts.most_common()]


def _row(fields: Sequence[str], values: Sequence[str | None], name: str, count: int) -> Row:
    pairs = [(field, value) for field, value in zip(fields, values, strict=True) if value is not None]
    return [{"field": field, "value": value} for field, value in [*pairs, (name, str(count))]]


def _holds(condition: re.Match[str], line: Line) -> bool:
    present, field, text, number = condition.groups()
    if present:
        return line.get(present) is not None
    return _text(line.get(field)) == (number if text is None else text)


def _text(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else json.dumps(value)


def _lines(data: Mapping[str, Any]) -> Iterator[Line]:
    groups = cloudwatch_logs._resolve_query_log_groups(data)
    for record in cloudwatch_logs._collect_query_records(groups, data["startTime"], data["endTime"]):
        try:
            line = json.loads(record["@message"])
        except ValueError:
            continue  # Lambda's own lines
        if isinstance(line, dict):
            yield line
