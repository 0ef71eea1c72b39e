"""The emulator as `npm start` runs it, a process of its own, and what tests do with it."""

import contextlib
import io
import json
import os
import queue
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import WaiterError
from codedeploy_double import CodeDeployDouble

ROOT = Path(__file__).parents[4]
SERVING_DOUBLE = Path(__file__).parent / "serving_double"
TIMEOUT_S = 30

_NO_RETRIES = Config(retries={"max_attempts": 0}, read_timeout=TIMEOUT_S)
_OFTEN = {"Delay": 0.05, "MaxAttempts": 600}
_ASSUMED_BY_LAMBDA = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}

Template = Mapping[str, object]


def until(condition: Callable[[], bool]) -> None:
    """Waits for a condition, at most 30 s."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether the process ended; a zombie did, its new parent has only not asked for its exit code yet."""
    status = Path(f"/proc/{pid}/status")
    try:
        os.kill(pid, 0)
        return "State:\tZ" in status.read_text() if status.exists() else False
    except (ProcessLookupError, FileNotFoundError):
        return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def launch(
    state: Path,
    port: int,
    *,
    serving: Path = SERVING_DOUBLE,
    run: Sequence[str] = ("-m", "emulator"),
    environment: Mapping[str, str] | None = None,
    codedeploy_url: str = "",
) -> subprocess.Popen[bytes]:
    """Starts the process; does not wait."""
    options = ["--port", str(port), "--state-dir", str(state), "--serving-path", str(serving)]
    return subprocess.Popen(
        [sys.executable, *run, *options, "--codedeploy-url", codedeploy_url],
        env={**os.environ, "PYTHONPATH": str(ROOT / "deploy" / "local"), **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class Emulator:
    """A running emulator with clients, stacks and models."""

    def __init__(self, state: Path, environment: Mapping[str, str] | None = None) -> None:
        self.state = state
        self.codedeploy = CodeDeployDouble()
        self.process = launch(state, free_port(), environment=environment, codedeploy_url=self.codedeploy.url)
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._readers = [threading.Thread(target=read) for read in (self._read_events, self._read_stderr)]
        for reader in self._readers:
            reader.start()
        self.url: str = self.next_event("ready")["url"]
        self.client("s3").create_bucket(Bucket="models")

    def stop(self) -> None:
        """Ends it if it still runs."""
        self.process.terminate()
        self.wait()
        self.codedeploy.stop()

    def wait(self) -> int:
        """Its exit code."""
        code = self.process.wait(TIMEOUT_S)
        for reader in self._readers:
            reader.join(TIMEOUT_S)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return code

    def next_event(self, name: str) -> dict[str, Any]:
        """The next line of stdout, which must be the event of that name."""
        event = self._events.get(timeout=TIMEOUT_S)
        assert event["event"] == name
        return event

    def client(self, service: str, key: str = "test", secret: str = "test") -> BaseClient:
        """A client that does not retry."""
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=_NO_RETRIES,
        )

    def put_model(self, name: str, spec: Mapping[str, object], inside: str = "spec.json") -> str:
        """Uploads an archive with the serving double's specification and returns its s3:// URL."""
        archive, content = io.BytesIO(), json.dumps(spec).encode()
        with tarfile.open(fileobj=archive, mode="w:gz") as tar:
            member = tarfile.TarInfo(inside)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        return self.put_object(f"{name}.tar.gz", archive.getvalue())

    def put_object(self, key: str, body: bytes) -> str:
        """Uploads bytes and returns their s3:// URL."""
        self.client("s3").put_object(Bucket="models", Key=key, Body=body)
        return f"s3://models/{key}"

    def create_stack(self, name: str, template: Template) -> dict[str, str]:
        """Creates a stack and returns its outputs."""
        return self._change("create", name, template)

    def update_stack(self, name: str, template: Template) -> dict[str, str]:
        """Updates a stack and returns its outputs."""
        return self._change("update", name, template)

    def delete_stack(self, name: str) -> None:
        """Deletes a stack."""
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=_OFTEN)

    def failure(self, change: str, name: str, template: Template) -> tuple[str, str]:
        """Status of a stack after a create or update that must fail, and the failed resource's reason."""
        with contextlib.suppress(WaiterError):
            self._change(change, name, template)
            raise AssertionError(f"stack {name} did not fail")
        cloudformation = self.client("cloudformation")
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        reasons = [
            e["ResourceStatusReason"] for e in events if e["ResourceStatus"] == f"{change.upper()}_FAILED"
        ]
        return status, reasons[0]

    def invoke(self, endpoint: str, body: bytes = b"{}") -> dict[str, Any]:
        """The serving double's answer through InvokeEndpoint."""
        answer: dict[str, Any] = json.load(
            self.client("sagemaker-runtime").invoke_endpoint(EndpointName=endpoint, Body=body)["Body"]
        )
        return answer

    def role(self, name: str, *statements: Mapping[str, object]) -> str:
        """Creates a role for a Lambda with these rights and returns its ARN."""
        iam = self.client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(_ASSUMED_BY_LAMBDA))
        for number, statement in enumerate(statements):
            policy = {"Version": "2012-10-17", "Statement": [statement]}
            iam.put_role_policy(RoleName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(policy))
        arn: str = role["Role"]["Arn"]
        return arn

    def create_lambda(self, name: str, code: str, role: str) -> None:
        """Creates a Python function whose handler is `handler`."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("index.py", code)
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="index.handler",
            Role=role,
            Code={"ZipFile": archive.getvalue()},
            Timeout=60,
        )

    def call_lambda(self, name: str, event: object) -> dict[str, str]:
        """What the function returns."""
        response = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        answer: dict[str, str] = json.load(response["Payload"])
        return answer

    def _change(self, change: str, name: str, template: Template) -> dict[str, str]:
        cloudformation = self.client("cloudformation")
        operation = getattr(cloudformation, f"{change}_stack")
        operation(StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"])
        cloudformation.get_waiter(f"stack_{change}_complete").wait(StackName=name, WaiterConfig=_OFTEN)
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _read_events(self) -> None:
        for line in self.process.stdout or ():
            self._events.put(json.loads(line))

    def _read_stderr(self) -> None:
        for line in self.process.stderr or ():
            sys.stderr.buffer.write(line)


def model_stack(
    url: str, *, endpoint: str | None = None, model: str | None = None, tag: str = "a"
) -> Template:
    """A template with one endpoint that serves the model at an s3:// URL; without names it generates them."""
    container = {"Image": "scikit-learn", "ModelDataUrl": url, "Environment": {"GREETING": "hello"}}
    variant = {
        "VariantName": "all",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": "ml.c7g.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1,
    }
    resources = {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Properties": {
                "ExecutionRoleArn": "arn:aws:iam::123456789012:role/model",
                "PrimaryContainer": container,
                **({"ModelName": model} if model else {}),
            },
        },
        "Config": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
        "Endpoint": {
            "Type": "AWS::SageMaker::Endpoint",
            "Properties": {
                "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]},
                "Tags": [{"Key": "team", "Value": tag}],
                **({"EndpointName": endpoint} if endpoint else {}),
            },
        },
    }
    outputs = {name: {"Value": {"Ref": name}} for name in resources}
    names = {
        f"{name}Name": {"Value": {"Fn::GetAtt": [name, f"{name}Name"]}} for name in ("Model", "Endpoint")
    }
    config_name = {"ConfigName": {"Value": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}}}
    return {"Resources": resources, "Outputs": outputs | names | config_name}
