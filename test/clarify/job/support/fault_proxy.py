"""A proxy in front of the real model server that makes the faults a test orders."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3

Answer = tuple[int, Mapping[str, str], bytes]
Fault = Callable[[Callable[[], Answer]], Answer | None]
"""Gets a function that asks the model; gives what is answered, or None to close the connection."""


@dataclass
class FaultProxy:
    """`faults` are for the next requests, one each; `always` is for those after them."""

    upstream: str
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    asked: list[str] = field(default_factory=list)
    """Texts that reached the model, in their order."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the last request."""

    def answer(self, body: bytes, headers: Mapping[str, str]) -> Answer | None:
        def forward() -> Answer:
            self.asked += [json.loads(line)["text"] for line in body.decode().splitlines()]
            response = urllib3.request("POST", self.upstream, body=body, headers=headers)
            return response.status, {}, response.data

        fault = self.faults.pop(0) if self.faults else self.always
        return forward() if fault is None else fault(forward)


def status(code: int, headers: Mapping[str, str] | None = None) -> Fault:
    return lambda forward: (code, headers or {}, b'{"error": "no", "code": "overloaded"}')


def well(forward: Callable[[], Answer]) -> Answer:
    """No fault."""
    return forward()


def lost(forward: Callable[[], Answer]) -> None:
    """The connection is closed without an answer."""


def changed(change: Callable[[list[str]], list[str]]) -> Fault:
    """The lines of the model's answer are changed."""

    def fault(forward: Callable[[], Answer]) -> Answer:
        code, headers, body = forward()
        return code, headers, "".join(f"{line}\n" for line in change(body.decode().splitlines())).encode()

    return fault


@contextmanager
def proxy_to(upstream: str) -> Iterator[FaultProxy]:
    proxy = FaultProxy(upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            proxy.headers = dict(self.headers.items())
            answer = proxy.answer(body, {name: self.headers[name] for name in ("content-type", "accept")})
            if answer is None:
                self.close_connection = True
                return
            code, more, content = answer
            self.send_response(code)
            for name, value in {**more, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.url = f"http://127.0.0.1:{server.server_port}/invocations"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
