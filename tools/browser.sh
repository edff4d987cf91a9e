#!/bin/sh
# Sees to a Chromium for the tests of pages: the machine's, else Debian's package, else Playwright's own.
set -eu
venv=$1
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1; then
  run=
  [ "$(id -u)" = 0 ] || run="sudo -n"
  if $run true 2>/dev/null && $run apt-get update -q >/dev/null && $run apt-get install -y -q --no-install-recommends chromium >/dev/null; then
    exit 0
  fi
fi
"$venv/bin/playwright" install chromium >/dev/null && exit 0
echo "The tests of pages need a Chromium. On Debian or Ubuntu: sudo apt-get install chromium" >&2
exit 1
