# The serial console is the evidence of a test: every line of ours starts with one word to search for.
say() {
  printf 'RACK-INSTALLER: %s\n' "$*" >/dev/console
}

stage() {
  say "$@"
}

# Like Anaconda in text mode, a failed installer stays where it is; the test reads why and switches the machine off.
fail() {
  say "FAILED $*"
  while :; do sleep 3600; done
}
