"""The environment that MiniStack and its Lambdas see: the developer's own settings and keys stay outside."""

import os
from pathlib import Path

from emulator.errors import StartError

ACCOUNT = "123456789012"
REGION = "us-east-1"

_FROM_THE_SHELL = ("PATH", "HOME", "LANG", "LC_ALL")


def enter(port: int, state: Path, sagemaker_runtime_url: str | None = None) -> None:
    """Replaces this process's environment; to be called before MiniStack is imported, which reads it then.

    Lambdas inherit it, so also where they find SageMaker Runtime when that is not here.
    Raises StartError when the folder `state` has something in it: what an earlier emulator left belongs to
    resources that lived in that process's memory.
    """
    if state.exists() and any(state.iterdir()):
        raise StartError(f"{state} is not empty. Remove it or choose another --state-dir.")
    for folder in ("tmp", "endpoints", "logs", "ministack", "s3"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in _FROM_THE_SHELL if name in os.environ}
    os.environ.clear()
    os.environ.update(kept | _ministack(port, state))
    if sagemaker_runtime_url:
        os.environ["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] = sagemaker_runtime_url


def _ministack(port: int, state: Path) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # IAM policies are enforced
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(state / "ministack"),
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(state / "tmp"),
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "TZ": "UTC",  # as in Lambda
    }
