"""Holds the files of ./recorded against AWS's model of the SageMaker API, and the request against moto."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator
from moto import mock_aws

RECORDED = Path(__file__).parent / "recorded"
API = botocore.session.get_session().get_service_model("sagemaker")
REQUEST = json.loads((RECORDED / "create-auto-ml-job-v2.json").read_text())


def test_the_request_is_one() -> None:
    shape = API.operation_model("CreateAutoMLJobV2").input_shape
    assert not ParamValidator().validate(REQUEST, shape).has_errors()


@pytest.mark.parametrize("name", ["in-progress", "completed", "completed-pipeline", "failed", "stopped"])
def test_a_description_has_only_what_the_api_has_and_all_that_it_always_has(name: str) -> None:
    description = json.loads((RECORDED / f"{name}.json").read_text())
    shape = API.operation_model("DescribeAutoMLJobV2").output_shape
    assert list(_differences(description, shape, name)) == []


@mock_aws
def test_a_job_is_found_again_by_its_name_which_is_taken_then() -> None:
    client = boto3.client("sagemaker", region_name="us-east-1")
    client.create_auto_ml_job_v2(**REQUEST)
    job = client.describe_auto_ml_job_v2(AutoMLJobName=REQUEST["AutoMLJobName"])
    assert job["AutoMLJobInputDataConfig"] == REQUEST["AutoMLJobInputDataConfig"]
    assert job["AutoMLJobStatus"] == "InProgress"
    with pytest.raises(client.exceptions.ResourceInUse):
        client.create_auto_ml_job_v2(**REQUEST)
    client.stop_auto_ml_job(AutoMLJobName=REQUEST["AutoMLJobName"])
    stopped = client.describe_auto_ml_job_v2(AutoMLJobName=REQUEST["AutoMLJobName"])
    assert stopped["AutoMLJobStatus"] in {"Stopping", "Stopped"}


def _differences(value: object, shape: Shape, path: str) -> Iterator[str]:
    """Members that the API lacks, required ones that are missing, and values outside an enumeration."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        yield from (f"{path}.{name} is unknown" for name in value.keys() - shape.members.keys())
        yield from (f"{path}.{name} is missing" for name in shape.required_members if name not in value)
        for name in value.keys() & shape.members.keys():
            yield from _differences(value[name], shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            yield from _differences(item, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for name, item in value.items():
            yield from _differences(item, shape.value, f"{path}.{name}")
    elif isinstance(shape, StructureShape | ListShape | MapShape):
        yield f"{path} is no {shape.type_name}"
    elif isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        yield f"{path} is {value!r}"
