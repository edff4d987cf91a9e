#!/bin/sh
# Makes the environment VENV with the packages of LOCK and Comity itself. Says plainly what the machine lacks.
set -eu
venv=$1
lock=$2
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

command -v "$python" >/dev/null 2>&1 || {
  say "Comity needs Python 3.11 or newer. On Debian or Ubuntu: sudo apt-get install python3 python3-venv"
  exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  say "Comity needs Python 3.11 or newer; $("$python" --version) is older. Name another with: make PYTHON=python3.12"
  exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  say "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"
  exit 1
}
if [ ! -x "$venv/bin/pip" ]; then
  say "making $venv"
  rm -rf "$venv"
  "$python" -m venv "$venv"
fi
say "installing what $lock names (the first time this takes a minute or two)"
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --editable .
# Where Python may not keep what it compiled, every start would compile Comity anew.
"$venv/bin/python" -m compileall -q src/comity
