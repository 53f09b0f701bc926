#!/bin/bash
# What OCK's dracut module of this name does for Ignition: see make-rootfs.sh.
check() {
  return 0
}

depends() {
  echo ignition
}

install() {
  inst_multiple blkid lsblk setfiles
  inst_simple /etc/NetworkManager/conf.d/10-rack.conf
  inst_script "$moddir/make-rootfs.sh" /usr/libexec/make-rootfs
  inst_simple "$moddir/make-rootfs.service" "$systemdsystemunitdir/make-rootfs.service"
  mkdir -p "$initdir/$systemdsystemunitdir/ignition-diskful.target.requires"
  ln_r ../make-rootfs.service "$systemdsystemunitdir/ignition-diskful.target.requires/make-rootfs.service"
}
