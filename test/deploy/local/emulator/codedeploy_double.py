"""A CodeDeploy for the emulator's tests: records the calls, and ends deployments as the test says."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class CodeDeployDouble:
    """Answers AWS JSON 1.1 on a loopback port."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.status = "Succeeded"
        """How deployments end."""
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                answer = double._answer(self.headers["x-amz-target"].split(".")[1], json.loads(body))
                self.send_response(400 if "__type" in answer else 200)
                self.send_header("content-type", "application/x-amz-json-1.1")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()

    def named(self, operation: str) -> list[dict[str, Any]]:
        """The inputs of the calls of one operation."""
        return [given for name, given in self.calls if name == operation]

    def app_spec(self) -> dict[str, Any]:
        """What the latest deployment was to do."""
        spec: dict[str, Any] = json.loads(
            self.named("CreateDeployment")[-1]["revision"]["appSpecContent"]["content"]
        )
        return spec

    def _answer(self, operation: str, given: dict[str, Any]) -> Mapping[str, object]:
        self.calls.append((operation, given))
        if operation == "CreateDeployment":
            return {"deploymentId": f"d-{len(self.calls)}"}
        if operation == "GetDeployment" and given["deploymentId"] == "d-UNKNOWN":
            return {"__type": "DeploymentDoesNotExistException", "message": "The deployment does not exist"}
        if operation == "GetDeployment":
            return {"deploymentInfo": self._info()}
        return {}

    def _info(self) -> Mapping[str, object]:
        error = {"code": "ALARM_ACTIVE", "message": "The alarm slow is active."}
        return {
            "applicationName": "app",
            "deploymentGroupName": "group",
            "status": self.status,
            **({} if self.status == "Succeeded" else {"errorInformation": error}),
        }
