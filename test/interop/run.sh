#!/bin/sh
# Runs the suite of boto3 and the AWS CLI against an engine of its own. Needs Node and Python 3.11 or newer.
# Usage: test/interop/run.sh [unittest options, e.g. -k presign]. The last line is "N passed, N failed".
set -eu
here=$(cd "$(dirname "$0")" && pwd)
skyloop="$here/../../bin/skyloop.js"
venv="$here/.venv"
home=$(mktemp -d "${TMPDIR:-/tmp}/skyloop-interop-XXXXXX")
SKYLOOP_HOME="$home/engine"
export SKYLOOP_HOME CI=1 PYTHONDONTWRITEBYTECODE=1

finish() {
  code=$?
  trap - EXIT INT TERM HUP
  node "$skyloop" local stop >/dev/null 2>&1 || code=1
  rm -rf "$home"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Installed again when the pinned versions change.
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed.txt"
fi

node "$skyloop" local start --detach --port 0 >/dev/null 2>"$home/start.log" || { cat "$home/start.log"; exit 1; }
# The endpoint and the keys, as the engine wrote them for any AWS tool, are the only configuration.
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION
export AWS_CONFIG_FILE="$SKYLOOP_HOME/aws/config" AWS_SHARED_CREDENTIALS_FILE="$SKYLOOP_HOME/aws/credentials"
PATH="$venv/bin:$PATH" "$venv/bin/python" "$here/main.py" "$@"
