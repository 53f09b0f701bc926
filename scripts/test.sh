#!/bin/sh
# Every check and every suite, with a summary at the end: npm test [-- SUITE…]
set -u
cd "$(dirname "$0")/.."
root=$(pwd -P)

sh scripts/packages.sh || exit 1
sh scripts/install.sh || exit 1
PATH=$root/node_modules/.bin:$PATH
export PATH
exec node scripts/test.mjs "$@"
