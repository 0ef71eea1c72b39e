"""Serves a model: `python -m serving --model-dir DIR [--host HOST] [--port PORT] [--exit-with-parent]`."""

import argparse
import logging
import sys
from pathlib import Path

from serving.app import create_app
from serving.predictor import Predictor
from serving.server import serve

_BAD_INPUT = 2


def main() -> int:
    """Runs the command until it is told to stop; returns 2 when there is no model to serve."""
    parser = argparse.ArgumentParser(prog="serving", description="Serve a sentiment model over HTTP.")
    parser.add_argument(
        "--model-dir", type=Path, required=True, metavar="DIR", help="an artifact or unpacked model"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when stdin ends")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s")
    try:
        predictor = Predictor(options.model_dir)
    except OSError as error:
        print(f"serving: {error.filename}: {error.strerror}; name a folder with a model", file=sys.stderr)
        return _BAD_INPUT
    predictor.answer(b'{"text": ""}', "application/json", "*/*")  # the first prediction is the slowest
    serve(create_app(predictor), options.host, options.port, options.exit_with_parent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
