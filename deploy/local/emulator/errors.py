"""What can go wrong in the emulator itself; every message is for the person who runs it."""


class StartError(Exception):
    """The emulator cannot start."""


class SageMakerError(Exception):
    """A SageMaker call was refused. `code` is AWS's name for the error, `status` its HTTP status."""

    def __init__(self, message: str, *, code: str = "ValidationException", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class ModelStartError(SageMakerError):
    """An endpoint's model cannot be fetched, unpacked or started."""


class CodeDeployError(Exception):
    """A CodeDeploy call was refused, or a deployment did not succeed."""
