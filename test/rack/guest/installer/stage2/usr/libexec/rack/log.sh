# Shared by every part of the interpreter; see the initrd's log.sh for the prefix.
say() {
  printf 'RACK-INSTALLER: %s\n' "$*" >/dev/console
}

stage() {
  say "$@"
}

# As Anaconda does, %onerror runs before the installer stops; a failure inside it changes nothing.
fail() {
  say "FAILED $*"
  # The caller may be splitting words its own way.
  unset IFS
  set +f
  if [ -z "$failing" ]; then
    failing=yes
    run_sections onerror
  fi
  say "stopped"
  while :; do sleep 3600; done
}
