"""Every `aws` line of the runbooks is one that the AWS CLI takes: operations, options, values, queries."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from awscli.clidriver import create_clidriver
from botocore.model import OperationModel, Shape

Words = tuple[str, ...]

_RUNBOOKS = Path(__file__).parents[2] / "runbooks"
_BLOCK = re.compile(r"^```sh\n(.*?)\n```$", re.MULTILINE | re.DOTALL)

_RECORDING_SHELL = """
aws() { printf '%s\\0' "$@" >> "$RECORD"; printf '\\n\\0' >> "$RECORD"; echo 123; }
npm() { :; }
npx() { :; }
curl() { :; }
node() { echo x; }
date() { echo 1700000000; }
"""
"""What the shell makes of a line is what counts: quotes, variables, `$(…)`."""

_ANSWER = {"EndpointStatus": "InService", "Table": {"TableStatus": "ACTIVE"}, "Datapoints": []}
"""AWS's, to everything: ends what `aws … wait` waits for, and has what the queries need."""


def _recorded(page: Path, record: Path) -> list[Words]:
    """The words of each `aws` command that a page's blocks run, README.md's functions included."""
    lines = "\n".join(_BLOCK.findall(page.read_text()))
    script = (
        f"{_RECORDING_SHELL}\n{lines}\n"
        "if declare -F insights deploy > /dev/null; then insights errors-by-code; deploy; fi"
    )
    subprocess.run(["bash", "-c", script], env={"RECORD": str(record)}, check=True, stdout=subprocess.DEVNULL)
    calls = record.read_text().split("\n\0")[:-1]
    return [tuple(call.split("\0")[:-1]) for call in calls]


@pytest.fixture(autouse=True)
def aws_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")


def _wrong_values(shape: Shape, value: object, where: str) -> Iterator[str]:
    """Values that an enumeration of the API does not have: the CLI leaves those to the service."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name, member in value.items():
            yield from _wrong_values(shape.members[name], member, f"{where}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        for item in value:
            yield from _wrong_values(shape.member, item, where)
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{where}: {value} is none of {', '.join(shape.enum)}"


@cache
def _run(words: Words) -> tuple[int, list[str]]:
    """The CLI's exit code and the values that the API does not have."""
    wrong: list[str] = []

    def check(params: dict[str, Any], model: OperationModel, **_: object) -> None:
        if model.input_shape:
            wrong.extend(_wrong_values(model.input_shape, params, model.name))

    driver = create_clidriver()
    driver.session.register("provide-client-params", check)
    driver.session.register("before-call", lambda **_: (Mock(status_code=200), _ANSWER))
    return driver.main(list(words)), wrong


@pytest.mark.parametrize("page", sorted(_RUNBOOKS.glob("*.md")), ids=lambda page: page.name)
def test_lines_are_taken(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = sorted(set(_recorded(page, tmp_path / "record")))
    assert commands
    for words in commands:
        code, wrong = _run(words)
        assert (code, wrong) == (0, []), f"aws {' '.join(words)}\n{capsys.readouterr().err}"


@pytest.mark.parametrize(
    "line",
    [
        "sagemaker describe-end --endpoint-name x",
        "sagemaker describe-endpoint --endpoint x",
        "sagemaker list-endpoints --query Endpoints[",
        "sagemaker list-endpoints --sort-by Age",
        "cloudwatch describe-alarms --alarm-types Alarm",
    ],
)
def test_what_the_cli_or_the_api_does_not_have_is_found(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code, wrong = _run(tuple(line.split()))
    except SystemExit as exit_:  # as argparse ends
        code, wrong = int(str(exit_.code)), []
    assert code or wrong
