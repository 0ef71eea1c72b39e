#!/bin/sh
# Writes the peers' hash-locked requirements from their *.in files, for Python 3.11 on Linux.
set -eu
cd "$(dirname "$0")"

for peer in bentoml litserve mlserver sagemaker; do
  overrides=""
  if [ -f "$peer/overrides.txt" ]; then overrides="--override $peer/overrides.txt"; fi
  # shellcheck disable=SC2086
  ../../../../.venv/bin/python -m uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate \
    --custom-compile-command "test/bench/model/peers/lock.sh" --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
    $overrides "$peer/requirements.in" --output-file "$peer/requirements.txt"
done
