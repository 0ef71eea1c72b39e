"""A burst of requests to a function that has no sandbox yet, or whose sandboxes break."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from emulator_process import Emulator, is_gone

BURST = 40
MOST = 16  # of emulator.sandboxes
TELLS_ITS_SANDBOX = """
import os
def handler(event, context):
    if event == "break":
        os._exit(1)
    return os.getpid()
"""


def call(emulator: Emulator, function: str, event: object = None) -> tuple[int, Any]:
    response = emulator.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return response["StatusCode"], json.load(response["Payload"])


def burst(emulator: Emulator, function: str) -> list[tuple[int, Any]]:
    with ThreadPoolExecutor(BURST) as users:
        return list(users.map(lambda _: call(emulator, function), range(BURST)))


def test_a_burst_shares_a_few_sandboxes(emulator: Emulator) -> None:
    emulator.create_lambda("bursting", TELLS_ITS_SANDBOX, emulator.role("bursting"))
    answers = burst(emulator, "bursting")
    assert {status for status, _ in answers} == {200}
    sandboxes = {pid for _, pid in answers}
    assert all(isinstance(pid, int) for pid in sandboxes)
    assert 1 <= len(sandboxes) <= MOST


def test_sandboxes_that_break_are_replaced(emulator: Emulator) -> None:
    emulator.create_lambda("breaking", TELLS_ITS_SANDBOX, emulator.role("breaking"))
    for _ in range(MOST + 1):
        _, answer = call(emulator, "breaking", "break")
        assert "errorMessage" in answer
    assert {status for status, pid in burst(emulator, "breaking") if isinstance(pid, int)} == {200}


def test_a_function_that_cannot_start_says_so_each_time(emulator: Emulator) -> None:
    emulator.create_lambda("broken", "raise RuntimeError('no configuration')", emulator.role("broken"))
    for _ in range(3):
        _, answer = call(emulator, "broken")
        assert "no configuration" in json.dumps(answer)


def test_a_burst_to_a_function_that_cannot_start_leaves_no_process(emulator: Emulator) -> None:
    started = emulator.state / "started"
    code = f"""
import os
with open({str(started)!r}, "a") as file:
    file.write(str(os.getpid()) + os.linesep)
raise RuntimeError("no configuration")
"""
    emulator.create_lambda("broken-in-a-burst", code, emulator.role("broken-in-a-burst"))
    answers = burst(emulator, "broken-in-a-burst")
    assert all("errorMessage" in answer for _, answer in answers)
    pids = {int(pid) for pid in started.read_text().split()}
    assert len(pids) > 1
    assert all(is_gone(pid) for pid in pids)
