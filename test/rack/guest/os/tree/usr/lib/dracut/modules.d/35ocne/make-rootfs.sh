#!/bin/sh
# OCK finds its root by label and needs it to be XFS, the last partition of a GPT disk; otherwise its first boot ends
# in the emergency shell. Then the deployment's /var has to be there before Ignition makes users and files in it.
refuse() {
  printf 'RACK: FAILED initramfs: %s\n' "$*" >/dev/ttyS0
  exit 1
}

device=$(readlink -f /dev/disk/by-label/root) && [ -b "$device" ] || refuse 'no file system with the label root'
[ "$(blkid -s TYPE -o value "$device")" = xfs ] || refuse 'the root file system is not XFS'
disk=/dev/$(lsblk -no PKNAME "$device")
[ "$(blkid -p -s PTTYPE -o value "$disk")" = gpt ] || refuse "$disk has no GPT"
last=
for name in $(lsblk -lnpo NAME "$disk"); do
  [ "$name" = "$disk" ] || last=$name
done
[ "$last" = "$device" ] || refuse "root is not the last partition: $last is"

stateroot=$(sed -n 's,.*ostree=/ostree/boot\.[01]/\([^/]*\)/.*,\1,p' /proc/cmdline)
mount --bind "/sysroot/sysroot/ostree/deploy/$stateroot/var" /sysroot/var || refuse 'cannot bind /var'
for directory in home roothome opt srv mnt usrlocal log lib tmp; do mkdir -p "/sysroot/var/$directory"; done
exit 0
