#!/bin/sh
# `npm run lock:python`: writes the hash-locked requirements from the *.in files, all with the same versions.
set -eu
cd "$(dirname "$0")/.."

compile() { # SOURCE TARGET [OPTIONS]
  source=$1 target=$2
  shift 2
  .venv/bin/python -m uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate \
    --custom-compile-command "npm run lock:python" "$@" "$source" --output-file "$target"
}

compile test/requirements.in test/requirements.txt --universal --python-version 3.11
for name in deploy/local/requirements model/requirements model/requirements-train clarify/requirements; do
  compile "$name.in" "$name.txt" --universal --python-version 3.11 --constraint test/requirements.txt
done
# what `npm run model:package` packs for SageMaker's scikit-learn container (Python 3.12, x86-64): only what inference.py
# imports; tokenizers' own dependency, huggingface-hub, is for downloads that never happen
container="--python-version 3.12 --python-platform x86_64-manylinux_2_28 --constraint test/requirements.txt"
compile model/requirements-container.in model/requirements-container.txt --no-deps $container
# what the governance job takes to the same container
compile clarify/requirements-container.in clarify/requirements-container.txt $container
