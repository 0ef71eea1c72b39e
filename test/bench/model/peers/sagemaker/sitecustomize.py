"""Lets sagemaker-containers, written for Python 3.7, run on 3.11: Python imports this file at its start."""

import collections
import collections.abc

collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
