"""Tells the parent process what happened: one JSON object a line on stdout, which carries nothing else."""

import json
import os
import sys
import threading
from typing import TextIO

_lock = threading.Lock()
_stream: TextIO = sys.stdout


def claim_stdout() -> None:
    """Keeps stdout for events; what MiniStack or a library prints there goes to stderr from now on."""
    global _stream
    _stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def emit(event: str, **details: str | int) -> None:
    """Writes the event and its details as one line."""
    with _lock:
        print(json.dumps({"event": event, **details}), file=_stream, flush=True)
