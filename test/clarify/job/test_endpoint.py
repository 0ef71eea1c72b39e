"""Versions that only their SageMaker endpoint can answer for: signed requests, Autopilot's format."""

import json
import sys
from collections.abc import Iterator, Mapping

import pytest
from analysis.problem import AnalysisError
from fault_proxy import FaultProxy
from job.client import Client, Patience
from job.formats import AUTOPILOT, SERIN, predictions
from job.signing import signer
from job.version import reached, version

ADDRESS = "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/serin-prod-a1/invocations"
LABELS = ("positive", "neutral", "negative")


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-role")
    yield


def test_a_request_is_signed_for_the_endpoints_region() -> None:
    headers = signer(ADDRESS)(ADDRESS, b"good\n", {"content-type": "text/csv", "accept": "application/json"})
    assert headers["content-type"] == "text/csv"
    assert headers["X-Amz-Security-Token"] == "of-the-role"
    assert "/eu-west-1/sagemaker/aws4_request, SignedHeaders=" in headers["Authorization"]


def test_a_signature_is_of_the_body() -> None:
    sign = signer(ADDRESS)
    assert sign(ADDRESS, b"good", {})["Authorization"] != sign(ADDRESS, b"bad", {})["Authorization"]


def test_an_endpoint_gets_signed_requests(proxy: FaultProxy) -> None:
    def sign(url: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, str]:
        return {**headers, "authorization": f"AWS4-HMAC-SHA256 of {url} {len(body)}"}

    client = Client(proxy.url, SERIN, LABELS, Patience(), sign)
    assert client.ask(["I loved it."])[0].label == "positive"
    client.close()
    assert proxy.headers["authorization"] == f"AWS4-HMAC-SHA256 of {proxy.url} 24"


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/invocations",
        ADDRESS.replace("amazonaws.com", "example.org"),
        ADDRESS.removesuffix("/invocations"),
    ],
)
def test_nobody_else_gets_a_signed_request(address: str) -> None:
    with (
        pytest.raises(AnalysisError, match="is no SageMaker endpoint; give https://runtime"),
        reached(version(f"1={address}"), LABELS, Patience()),
    ):
        pytest.fail("it is asked")


def test_signing_needs_botocore(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.auth", None)
    with pytest.raises(AnalysisError, match="install botocore"):
        signer(ADDRESS)


def test_signing_needs_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(AnalysisError, match="needs AWS credentials"):
        signer(ADDRESS)


def test_autopilots_rows_are_quoted_and_of_one_line() -> None:
    assert AUTOPILOT.body(['He said "no"', "two\r\nlines"]) == b'"He said ""no"""\n"two lines"\n'


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        (["negative", "positive", "neutral"], [0.5, 0.2, 0.3]),
        ("['negative', 'positive', 'neutral']", "[0.5, 0.2, 0.3]"),
    ],
)
def test_autopilots_answers_are_read_by_name(labels: object, probabilities: object) -> None:
    row = {"predicted_label": "negative", "labels": labels, "probabilities": probabilities}
    body = json.dumps({"predictions": [row, row]}).encode()
    first, second = predictions(AUTOPILOT.answers(body), LABELS, 2)
    assert first == second
    assert (first.label, first.scores) == ("negative", (0.2, 0.3, 0.5))
