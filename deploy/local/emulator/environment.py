"""The environment that MiniStack and its Lambdas see: the developer's own settings and keys stay outside."""

import os
import shutil
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"

_FROM_THE_SHELL = ("PATH", "HOME", "LANG", "LC_ALL")


def enter(port: int, state: Path) -> None:
    """Replaces this process's environment; to be called before MiniStack is imported, which reads it then.

    `state` is created. What an earlier emulator left in its `tmp` and `endpoints` is removed: the resources
    it belonged to lived in that process's memory.
    """
    for leftover in ("tmp", "endpoints"):
        shutil.rmtree(state / leftover, ignore_errors=True)
    for folder in ("tmp", "endpoints", "logs", "ministack", "s3"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in _FROM_THE_SHELL if name in os.environ}
    os.environ.clear()
    os.environ.update(kept | _ministack(port, state))


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
