"""Mixed load on the model server for minutes, to see that its memory stays flat.

`PYTHONPATH=model .venv/bin/python test/bench/soak.py [--minutes 10] [--model-dir DIR] [--clients 8]` prints
the memory of the server's processes before, each minute and after, with the requests and answers so far.
Linux only. Exits with 1 when an answer was not the one its request should get.
"""

import argparse
import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TIMEOUT_S = 60
_WORDS = [
    "it",
    "works",
    "and",
    "I",
    "like",
    "but",
    "the",
    "new",
    "version",
    "is",
    "slow",
    "👍",
    "☹",
    "größer",
]


@dataclass
class Tally:
    """What was asked and what came back; `wrong` counts answers that their request should not get."""

    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    wrong: int = 0


Kind = Callable[[random.Random], tuple[str, str, set[int]]]


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=int(chance.lognormvariate(3, 1)) + 1))


def _lone(chance: random.Random) -> tuple[str, str, set[int]]:
    return json.dumps({"text": _text(chance)}), "application/json", {200}


def _instances(chance: random.Random) -> tuple[str, str, set[int]]:
    instances = [{"text": _text(chance)} for _ in range(chance.randint(1, 16))]
    return json.dumps({"instances": instances}), "application/json", {200}


def _json_lines(chance: random.Random) -> tuple[str, str, set[int]]:
    texts = [_text(chance) for _ in range(chance.randint(1, 200))]
    return (
        "".join(json.dumps({"text": text}) + "\n" for text in texts) + "bad\n",
        "application/jsonlines",
        {200},
    )


def _csv(chance: random.Random) -> tuple[str, str, set[int]]:
    return "".join(f'"{_text(chance)}"\n' for _ in range(chance.randint(1, 50))), "text/csv", {200}


def _long(chance: random.Random) -> tuple[str, str, set[int]]:
    return json.dumps({"text": _text(chance) * chance.randint(1, 500)}), "application/json", {200}


def _nonsense(chance: random.Random) -> tuple[str, str, set[int]]:
    return _text(chance), chance.choice(["application/json", "text/plain"]), {400, 415}


def _too_many(_chance: random.Random) -> tuple[str, str, set[int]]:
    return '{"text": "x"}\n' * 100_000, "application/jsonlines", {413}


_KINDS: dict[Kind, int] = {
    _lone: 800,
    _instances: 80,
    _json_lines: 10,
    _csv: 20,
    _long: 20,
    _nonsense: 60,
    _too_many: 1,
}
_DROPPED = 0.02  # of requests: the client leaves without waiting for the answer


def _call(address: str, until: float, seed: int, tally: Tally, lock: threading.Lock) -> None:
    chance = random.Random(seed)
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_S)
    while time.monotonic() < until:
        kind = chance.choices(list(_KINDS), list(_KINDS.values()))[0]
        body, content_type, expected = kind(chance)
        connection.request("POST", "/invocations", body.encode(), {"content-type": content_type})
        dropped = chance.random() < _DROPPED
        if dropped:
            connection.close()  # the next request opens another
        else:
            response = connection.getresponse()
            response.read()
        with lock:
            tally.requests[kind.__name__.strip("_")] += 1
            tally.answers["dropped" if dropped else str(response.status)] += 1
            tally.wrong += not dropped and response.status not in expected | {503}
    connection.close()


def _memory(supervisor: int) -> tuple[float, float]:
    """RSS and PSS in MiB, of the server's processes together."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in [supervisor, *children]]
    return _mib(rollups, "Rss:"), _mib(rollups, "Pss:")


def _mib(rollups: list[str], name: str) -> float:
    lines = (line.split() for rollup in rollups for line in rollup.splitlines())
    return sum(int(line[1]) for line in lines if line[0] == name) / 1024


@contextmanager
def _server(model_dir: str) -> Iterator[tuple[int, str]]:
    command = [sys.executable, "-m", "serving", "--model-dir", model_dir, "--port", "0", "--exit-with-parent"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        url: str = json.loads(process.stdout.readline())["url"]
        yield process.pid, url.removeprefix("http://")
        process.terminate()


def _report(when: str, pid: int, tally: Tally) -> None:
    rss, pss = _memory(pid)
    answers = " ".join(f"{answer}:{count}" for answer, count in sorted(tally.answers.items()))
    print(f"{when:>8} {rss:8.1f} {pss:8.1f} {tally.requests.total():9,}  {answers}", flush=True)


def main() -> int:
    """Runs the load; returns 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description="Mixed load on the model server: does its memory stay flat?")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--model-dir", default="model/artifact")
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    tally, lock = Tally(), threading.Lock()
    with _server(options.model_dir) as (pid, address):
        print(f"{'minute':>8} {'RSS MiB':>8} {'PSS MiB':>8} {'requests':>9}  answers")
        _report("before", pid, tally)
        start = time.monotonic()
        end = start + 60 * options.minutes
        clients = [
            threading.Thread(target=_call, args=(address, end, seed, tally, lock), daemon=True)
            for seed in range(options.clients)
        ]
        for client in clients:
            client.start()
        for minute in range(1, int(options.minutes) + 1):
            time.sleep(max(0, start + 60 * minute - time.monotonic()))
            _report(str(minute), pid, tally)
        for client in clients:
            client.join()
        _report("after", pid, tally)
    print("requests", dict(tally.requests), "wrong answers", tally.wrong)
    return 1 if tally.wrong or not tally.requests else 0


if __name__ == "__main__":
    sys.exit(main())
