# argument NAME: the value of the last NAME=value on the kernel command line; fails when there is none.
argument() {
  value=
  found=1
  for word in $(cat /proc/cmdline); do
    case $word in
      "$1="*)
        value=${word#*=}
        found=0
        ;;
    esac
  done
  printf '%s' "$value"
  return $found
}

# flag NAME: whether the bare word is on the kernel command line.
flag() {
  case " $(cat /proc/cmdline) " in
    *" $1 "*) return 0 ;;
  esac
  return 1
}
