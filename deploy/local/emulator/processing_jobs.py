"""Processing jobs: they run until somebody ends them, since there is no container here to run them in.

moto completes a job when it is created, and tells nobody. Here it stays InProgress; whoever plays SageMaker
runs its command and then calls `EndProcessingJob` (an action of this emulator's only) with its
ProcessingJobStatus. As on AWS, each end is an event for EventBridge.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import eventbridge
from moto.sagemaker.models import FakeProcessingJob, sagemaker_backends

from emulator import sagemaker_records
from emulator.environment import ACCOUNT, REGION
from emulator.errors import SageMakerError

Parameters = Mapping[str, Any]
_ENDS = ("Completed", "Failed", "Stopped")


def actions() -> dict[str, Callable[[Parameters], dict[str, Any]]]:
    """What these jobs answer to, beside moto's own actions."""
    return {"CreateProcessingJob": _create, "StopProcessingJob": _stop, "EndProcessingJob": _end}


def _jobs() -> dict[str, FakeProcessingJob]:
    jobs: dict[str, FakeProcessingJob] = sagemaker_backends[ACCOUNT][REGION].processing_jobs
    return jobs


def _create(parameters: Parameters) -> dict[str, Any]:
    name = str(parameters["ProcessingJobName"])
    if name in _jobs():
        raise SageMakerError(
            "Job name must be unique within an AWS account and region, "
            f"and a job with this name already exists ({_job(name).arn})",
            code="ResourceInUse",
        )
    created = sagemaker_records.call("CreateProcessingJob", parameters)
    _job(name).processing_job_status = "InProgress"
    return created


def _stop(parameters: Parameters) -> dict[str, Any]:
    return _ended(str(parameters["ProcessingJobName"]), "Stopped")


def _end(parameters: Parameters) -> dict[str, Any]:
    status = str(parameters["ProcessingJobStatus"])
    if status not in _ENDS:
        raise SageMakerError(f"ProcessingJobStatus must be one of {', '.join(_ENDS)}, not {status}")
    return _ended(str(parameters["ProcessingJobName"]), status)


def _ended(name: str, status: str) -> dict[str, Any]:
    job = _job(name)
    job.processing_job_status = status
    detail = {
        "ProcessingJobName": name,
        "ProcessingJobArn": job.arn,
        "ProcessingJobStatus": status,
        "RoleArn": job.role_arn,
    }
    event = {
        "Source": "aws.sagemaker",
        "DetailType": "SageMaker Processing Job State Change",
        "Detail": json.dumps(detail),
        "Resources": [job.arn],
    }
    eventbridge._put_events({"Entries": [event]}, allow_aws_source=True)
    return {}


def _job(name: str) -> FakeProcessingJob:
    if name not in _jobs():
        raise SageMakerError(f"Could not find requested job with name: {name}", code="ResourceNotFound")
    return _jobs()[name]
