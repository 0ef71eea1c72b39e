"""Stands for `model/serving` in the emulator's tests: does what spec.json of its model folder says.

refuse: does not start, for this reason. silent: never gets ready, and ignores SIGTERM. gate: gets ready when
that file exists. status, message: answers with this error; without them it answers with what it was called
with. The body `die` ends the process with code 7, the body `hang` is never answered.
"""

import json
import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

parser = ArgumentParser()
parser.add_argument("--model-dir", type=Path, required=True)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--exit-with-parent", action="store_true", required=True)
options = parser.parse_args()
spec = json.loads((options.model_dir / "spec.json").read_text())


class Handler(BaseHTTPRequestHandler):
    """Answers POST /invocations."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: apart, the second would wait 40 ms for an acknowledgement

    def do_POST(self) -> None:
        """Answers as the specification says."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if body == b"die":
            os._exit(7)
        if body == b"hang":
            threading.Event().wait()
        answer = spec["message"] if "message" in spec else json.dumps(self.seen(body))
        self.send_response(spec.get("status", 200))
        self.send_header("Content-Type", "application/x-answer")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def seen(self, body: bytes) -> dict[str, object]:
        """What the call and the process look like from here."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return {
            **{"version": spec["version"], "path": self.path, "body": body.decode(), "headers": headers},
            **{"pid": os.getpid(), "greeting": os.environ.get("GREETING"), "folder": str(options.model_dir)},
        }

    def log_message(self, format: str, *args: object) -> None:
        """Writes nothing."""


def end_with_parent() -> None:
    """Waits for the end of stdin."""
    while os.read(0, 4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
if "refuse" in spec:
    sys.exit(spec["refuse"])
if "silent" in spec:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("still loading", file=sys.stderr, flush=True)
    threading.Event().wait()
while "gate" in spec and not Path(spec["gate"]).exists():
    time.sleep(0.02)
server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
for line in ("starting", "[1]", '{"event": "loaded"}'):
    print(line)
print(json.dumps({"event": "ready", "url": f"http://127.0.0.1:{server.server_port}"}), flush=True)
server.serve_forever()
