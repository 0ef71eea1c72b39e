"""Starts nginx, where there is one, and gunicorn as SageMaker's scikit-learn container does."""

import os
from pathlib import Path

from sagemaker_containers import _server

# the package writes to /etc, which is the container's own; here it is someone's machine
_server.nginx_config_file = str(Path(os.environ["SAGEMAKER_BASE_DIR"]) / "nginx.conf")
_server.start("app:app")
