# Checks the plan as Anaconda's storage code does, then makes partitions and file systems.

# The disk to install on: where the root file system goes, else the only one that may be used.
target_disk() {
  disk=$(awk '$1 == "/" && $6 != "-" { print $6 }' /run/plan/parts)
  [ -n "$disk" ] || disk=$(tail -n 1 /run/plan/only-use 2>/dev/null)
  [ -n "$disk" ] || disk=$(lsblk -dnpo NAME,TYPE | awk '$2 == "disk" { print $1; exit }')
  resolve_disk "$disk"
}

check_plan() {
  [ -s /run/plan/osname ] || fail "no ostreesetup in the kickstart"
  [ -s /run/plan/parts ] || fail "no partitions in the kickstart"
  awk '$1 == "/" { found = 1 } END { exit !found }' /run/plan/parts || fail "You have not defined a root partition (/)"
  target_disk >/run/plan/disk || fail "no disk to install on"
  disk=$(cat /run/plan/disk)
  [ -e /run/plan/clear ] && [ ! -e /run/plan/no-clear ] || fail "not enough free space on disks: no clearpart --all"
  cleared=$(tail -n 1 /run/plan/clear)
  if [ -n "$cleared" ]; then
    found=
    for name in $(printf '%s' "$cleared" | tr , ' '); do [ "$(resolve_disk "$name")" = "$disk" ] && found=yes; done
    [ -n "$found" ] || fail "not enough free space on disks: clearpart leaves $disk alone"
  fi
  # A disk without a table is only touched with zerombr.
  [ -e /run/plan/zerombr ] || [ -n "$(lsblk -dno PTTYPE "$disk")" ] || fail "$disk is not initialized and there is no zerombr"
  if [ -d /sys/firmware/efi ]; then
    grep -q '^/boot/efi .* efi ' /run/plan/parts || fail "failed to find a suitable stage1 device: no /boot/efi"
  else
    # Without --disklabel=gpt this generation of Anaconda writes an MBR on BIOS machines, which OCK cannot use.
    grep -qx gpt /run/plan/disklabel 2>/dev/null || flag inst.gpt || fail "disk label would be msdos: OCK needs GPT"
    grep -q '^biosboot ' /run/plan/parts || fail "failed to find a suitable stage1 device: no biosboot on GPT"
  fi
}

partition_disk() {
  disk=$(cat /run/plan/disk)
  wipefs -qa "$disk" $(lsblk -lnpo NAME "$disk" | tail -n +2) || fail "cannot wipe $disk"
  sgdisk --zap-all "$disk" >/dev/null || fail "cannot write a partition table on $disk"
  # What grows takes the rest of the disk, so it comes last whatever the order in the kickstart.
  sort -s -k 3,3 /run/plan/parts >/run/plan/ordered
  number=0
  while read -r mount size grow fstype label _; do
    number=$((number + 1))
    end=+${size}M
    [ "$size" = 0 ] && end=+1M
    [ "$grow" = yes ] && end=0
    code=8300
    [ "$fstype" = efi ] && code=ef00
    [ "$mount" = biosboot ] && code=ef02
    sgdisk -n "$number:0:$end" -t "$number:$code" "$disk" >/tmp/sgdisk 2>&1 ||
      fail "not enough free space on disks: $mount ($(tail -n 1 /tmp/sgdisk))"
    printf '%s %s %s %s\n' "$mount" "$(partition_path "$disk" "$number")" "$fstype" "$label" >>/run/plan/made
  done </run/plan/ordered
  blockdev --rereadpt "$disk" 2>/dev/null
  udevadm settle --timeout=30
  make_filesystems
  mount_target
}

make_filesystems() {
  while read -r mount device fstype label; do
    [ "$label" = - ] && label=
    case $mount:$fstype in
      biosboot:*) ;;
      *:efi | *:vfat) mkfs.vfat -F 32 ${label:+-n "$label"} "$device" ;;
      *:xfs) mkfs.xfs -qf ${label:+-L "$label"} "$device" ;;
      *:ext4) mkfs.ext4 -qF ${label:+-L "$label"} "$device" ;;
      swap:*) mkswap ${label:+-L "$label"} "$device" ;;
      *) fail "unsupported file system $fstype" ;;
    esac >/tmp/mkfs 2>&1 || fail "cannot make $fstype on $device: $(tail -n 1 /tmp/mkfs)"
  done </run/plan/made
}

# Shorter paths first: / before /boot before /boot/efi.
mount_target() {
  sort /run/plan/made | while read -r mount device _; do
    case $mount in
      /*) mkdir -p "$physical$mount" && mount "$device" "$physical$mount" || exit 1 ;;
    esac
  done || fail "cannot mount the new file systems"
}
