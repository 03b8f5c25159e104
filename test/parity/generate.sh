#!/bin/sh
# Writes every fixture again. Needs Python 3.11 or newer and about 3 GB for PyTorch; about a minute on two cores.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv="${PARITY_VENV:-$here/.venv}"
settings=$(mktemp -d "${TMPDIR:-/tmp}/skyloop-parity-XXXXXX")
trap 'rm -rf "$settings"' EXIT
export YOLO_CONFIG_DIR="$settings" PYTHONDONTWRITEBYTECODE=1

if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
fi
for name in ${*:-boxes coco coco_large letterbox nms ops assignment loss network optimiser schedule}; do
  echo "$name"
  "$venv/bin/python" "$here/${name}_fixture.py"
done
