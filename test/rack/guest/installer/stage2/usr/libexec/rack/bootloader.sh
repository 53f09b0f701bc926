# Boot loader: signed shim and GRUB on the ESP's removable path (so that no NVRAM entry has to survive), or GRUB's
# boot.img and core.img written by hand on a BIOS machine.

install_bootloader() {
  stage bootloader
  /usr/libexec/rack/bls-to-grub "$physical/boot" || fail "cannot write grub.cfg"
  if [ -d /sys/firmware/efi ]; then
    install_efi
  else
    install_bios
  fi
}

install_efi() {
  esp=$physical/boot/efi
  boot=$(findmnt -no UUID "$physical/boot")
  mkdir -p "$esp/EFI/BOOT" "$esp/EFI/debian"
  cp /usr/share/rack/boot/BOOTX64.EFI /usr/share/rack/boot/grubx64.efi "$esp/EFI/BOOT/"
  # The signed GRUB looks for its configuration in /EFI/debian of the device it came from.
  printf 'search --no-floppy --fs-uuid %s --set=root\nconfigfile /grub2/grub.cfg\n' "$boot" >"$esp/EFI/debian/grub.cfg"
}

# GRUB's own grub-bios-setup needs a device map and a mounted /boot/grub; two numbers are all it would patch:
# the sector of core.img in boot.img (offset 0x5c), and that of core's second sector in its first (offset 0x1f4).
install_bios() {
  disk=$(cat /run/plan/disk)
  number=$(awk '$1 == "biosboot" { print NR }' /run/plan/ordered)
  start=$(sgdisk -i "$number" "$disk" | awk '/First sector/ { print $3 }')
  cp /usr/share/rack/boot/boot.img /usr/share/rack/boot/core.img /tmp/
  little_endian "$start" | dd of=/tmp/boot.img bs=1 seek=92 conv=notrunc 2>/dev/null
  # Some BIOSes pass no drive number: GRUB's setup replaces the check by two nops on a hard disk.
  printf '\220\220' | dd of=/tmp/boot.img bs=1 seek=102 conv=notrunc 2>/dev/null
  little_endian $((start + 1)) | dd of=/tmp/core.img bs=1 seek=500 conv=notrunc 2>/dev/null
  dd if=/tmp/core.img of="$disk" bs=512 seek="$start" conv=notrunc 2>/dev/null &&
    dd if=/tmp/boot.img of="$disk" bs=1 count=440 conv=notrunc 2>/dev/null || fail "cannot write the boot loader"
}

# Eight bytes, lowest first.
little_endian() {
  value=$1
  for _ in 1 2 3 4 5 6 7 8; do
    printf "\\$(printf '%03o' $((value & 255)))"
    value=$((value >> 8))
  done
}

finish() {
  action=$(tail -n 1 /run/plan/finish 2>/dev/null)
  cd /
  sync
  umount -R "$sysroot" 2>/dev/null
  umount -R "$physical" || say "target still busy"
  sync
  case $action in
    reboot) stage reboot && reboot -f ;;
    poweroff | shutdown) stage poweroff && poweroff -f ;;
    *) stage complete && while :; do sleep 3600; done ;;
  esac
}
