# Disks and their names. A kickstart names a disk as vda, /dev/vda or disk/by-id/…, and udev resolves it.

start_devices() {
  mount -t devpts devpts /dev/pts 2>/dev/null || { mkdir -p /dev/pts && mount -t devpts devpts /dev/pts; }
  mkdir -p /run/udev
  /usr/lib/systemd/systemd-udevd --daemon
  udevadm trigger --action=add --subsystem-match=block
  udevadm settle --timeout=30
}

# resolve_disk NAME: the kernel's device path of a whole disk; fails when there is none.
resolve_disk() {
  case $1 in
    /*) path=$1 ;;
    *) path=/dev/$1 ;;
  esac
  path=$(readlink -f "$path") || return 1
  [ -b "$path" ] && [ -e "/sys/block/${path#/dev/}" ] && printf '%s' "$path"
}

# partition_path DISK NUMBER: a p goes between when the disk's name ends in a digit (nvme0n1p1).
partition_path() {
  case $1 in
    *[0-9]) printf '%sp%s' "$1" "$2" ;;
    *) printf '%s%s' "$1" "$2" ;;
  esac
}
