# Scripts of the kickstart: %pre, %pre-install, %post, %onerror.

# section_option FILE NAME DEFAULT: the value of --NAME=value or of --NAME followed by its value.
section_option() {
  awk -v name="--$2" -v value="$3" '
    next_is { value = $0; next_is = 0; next }
    $0 == name { next_is = 1 }
    index($0, name "=") == 1 { value = substr($0, length(name) + 2) }
    END { print value }' "$1"
}

run_sections() {
  for body in /run/ks/*."$1"; do
    [ -f "$body" ] || continue
    stage "$1"
    run_section "$body" "$1"
  done
}

run_section() {
  options=$1.options
  interpreter=$(section_option "$options" interpreter /bin/sh)
  log=$(section_option "$options" log "$(section_option "$options" logfile '')")
  root=/
  # Only %post runs inside what was installed, unless it says otherwise.
  [ "$2" = post ] && ! grep -qx -e --nochroot "$options" && root=$sysroot
  name=/tmp/ks-script-${1##*/}
  cp "$1" "${root%/}$name" && chmod 0700 "${root%/}$name"
  output=/tmp/${1##*/}.log
  chroot "$root" "$interpreter" "$name" >"$output" 2>&1
  status=$?
  sed "s/^/RACK-INSTALLER: $2> /" "$output" >/dev/console
  if [ -n "$log" ]; then
    mkdir -p "$(dirname "${root%/}$log")"
    cp "$output" "${root%/}$log"
  fi
  rm -f "${root%/}$name"
  say "$2 ended with status $status"
  if [ "$status" != 0 ] && grep -qx -e --erroronfail "$options"; then
    # Anaconda's first pass over the kickstart knows no %onerror: none runs for a %pre that fails.
    [ "$2" = pre ] && failing=yes
    fail "%$2 script ended with status $status"
  fi
}
