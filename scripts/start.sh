#!/bin/sh
# Installs what is missing, builds if the sources changed, and runs the appliance: npm start [-- --config FILE --data DIR]
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)

sh scripts/install.sh
PATH=$root/node_modules/.bin:$PATH
if [ ! -f dist/cli/main.js ] || [ -n "$(find src tsconfig.build.json scripts/build.mjs -newer dist/cli/main.js -print -quit)" ]; then
  echo 'Building…' >&2
  node scripts/build.mjs
fi

# The data directory is ./var unless the caller says otherwise, so that a first look needs no root and leaves no trace elsewhere.
HEARTH_DATA=${HEARTH_DATA:-$root/var}
export HEARTH_DATA
exec ./bin/hearth serve "$@"
