#!/bin/sh
# Installs the npm packages (and with them the project's own Node) if they are missing or older than the lock file.
set -eu
cd "$(dirname "$0")/.."

stamp=node_modules/.hearth-lock
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
  echo 'Installing npm packages…' >&2
  # No dependency needs its install script, so none is run.
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json "$stamp"
fi
