#!/bin/sh
# Installs the system packages that the suites need. Without root it installs nothing: the suites then say what they lack.
set -eu

if [ "$(id -u)" -ne 0 ]; then
  echo 'Not root: system packages are not installed. Suites that need a missing tool are left out and say so.' >&2
  exit 0
fi
if command -v apt-get >/dev/null; then
  missing=
  while read -r package _; do
    case $package in '' | \#*) continue ;; esac
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
  done <"$(dirname "$0")/packages.debian"
  [ -n "$missing" ] || exit 0
  echo "Installing system packages:$missing" >&2
  apt-get update -qq >&2
  # A server that its package would start could answer on the machine's own network: policy-rc.d forbids it.
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
  fi
  # shellcheck disable=SC2086 -- one word per package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
elif command -v dnf >/dev/null; then
  # Oracle Linux carries these under other names and not all of them; suites that lack a tool say so and are counted as
  # left out. The rack is built from Debian packages and needs Debian.
  dnf install -y -q --setopt=strict=0 ipxe-bootimgs dhcp-client dhcp-relay dnsmasq busybox ostree xorriso isomd5sum skopeo \
    curl openssl iproute iproute-tc nmap tftp nginx nginx-mod-stream keepalived cpio zstd tar gzip chromium >/dev/null ||
    echo 'dnf could not install everything; the suites say what they lack.' >&2
else
  echo 'Neither apt nor dnf: install the packages in scripts/packages.debian by hand.' >&2
fi
