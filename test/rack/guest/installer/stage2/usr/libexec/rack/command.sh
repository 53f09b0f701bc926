# Turns the commands of the kickstart into a plan in /run/plan: one small file per fact.

us=$(printf '\037')

# option NAME: the value of --NAME= among the words of the current command.
option() {
  wanted=--$1=
  for word in $words; do
    case $word in
      "$wanted"*)
        printf '%s' "${word#"$wanted"}"
        return 0
        ;;
    esac
  done
  return 1
}

has() {
  for word in $words; do [ "$word" = "--$1" ] && return 0; done
  return 1
}

note() {
  printf '%s\n' "$2" >>"/run/plan/$1"
}

# disks_of LIST COMMAND: checks every disk of a comma list, as Anaconda does when it reads the command.
disks_of() {
  for disk in $(printf '%s' "$1" | tr , "$us"); do
    resolve_disk "$disk" >/dev/null || fail "Disk \"$disk\" given in $2 command does not exist."
  done
}

plan_commands() {
  set -f
  IFS=$us
  while read -r line; do
    set -- $line
    name=$1
    shift
    words=$*
    plan_command "$name" "$@"
  done </run/ks/commands
  unset IFS
  set +f
}

plan_command() {
  command=$1
  shift
  case $command in
    ignoredisk)
      disks_of "$(option only-use)$(option drives)" ignoredisk
      note only-use "$(option only-use)"
      ;;
    clearpart)
      disks_of "$(option drives)" clearpart
      note clear "$(option drives)"
      has all || has linux || note no-clear yes
      option disklabel >/run/plan/disklabel
      ;;
    zerombr) note zerombr yes ;;
    part | partition) plan_partition "$1" ;;
    bootloader)
      option append >/run/plan/append
      drive=$(option boot-drive) && disks_of "$drive" bootloader && note boot-drive "$drive"
      ;;
    ostreesetup)
      for key in osname url ref; do
        option $key >"/run/plan/$key" || fail "ostreesetup: the following arguments are required: --$key"
      done
      option remote >/run/plan/remote || option osname >/run/plan/remote
      has nogpg || fail "ostreesetup: no keys to verify signatures with"
      ;;
    services)
      for unit in $(option enabled | tr , "$us"); do note enable "$unit"; done
      for unit in $(option disabled | tr , "$us"); do note disable "$unit"; done
      ;;
    network) hostname=$(option hostname) && note hostname "$hostname" ;;
    reboot | poweroff | shutdown | halt) note finish "$command" ;;
    autopart | logvol | volgroup | raid | liveimg | url | nfs | harddrive) fail "$command is not supported here" ;;
  esac
}

# One line per partition: mount point, size in MiB, grow, file system, label, disk.
plan_partition() {
  size=$(option size) || size=0
  grow=no
  has grow && grow=yes
  fstype=$(option fstype) || fstype=xfs
  label=$(option label) || label=-
  disk=$(option ondisk || option ondrive) || disk=-
  [ "$disk" = - ] || disks_of "$disk" part
  [ "$size" != 0 ] || [ "$grow" = yes ] || [ "$1" = biosboot ] || fail "Partition $1 requires a size specification."
  note parts "$1 $size $grow $fstype $label $disk"
}
