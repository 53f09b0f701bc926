#!/bin/sh
# A virtual rack to look at: npm run rack [-- --firmware bios|uefi --nodes N]
set -eu
cd "$(dirname "$0")/.."
root=$(pwd -P)

if [ "$(id -u)" -ne 0 ]; then
  echo 'A virtual rack needs root: it makes a network namespace and runs machines in it.' >&2
  exit 1
fi
sh scripts/packages.sh
sh scripts/install.sh
PATH=$root/node_modules/.bin:$PATH
export PATH
node scripts/build.mjs
exec node test/rack/demo.ts "$@"
