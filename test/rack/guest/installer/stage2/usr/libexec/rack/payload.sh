# ostreesetup: the operating system, as Anaconda's rpmostree payload puts it there.

plan() {
  cat "/run/plan/$1" 2>/dev/null
}

install_payload() {
  osname=$(plan osname)
  remote=$(plan remote)
  ref=$(plan ref)
  repo=$physical/ostree/repo
  stage pull "$(plan url)" "$ref"
  ostree admin init-fs --modern "$physical" >/dev/null || fail "ostree admin init-fs"
  ostree admin os-init "$osname" --sysroot="$physical" >/dev/null || fail "ostree admin os-init"
  ostree remote add --repo="$repo" --set=gpg-verify=false "$remote" "$(plan url)" || fail "ostree remote add"
  # One sync at the end replaces one per object: the machine starts again from nothing if it dies here.
  ostree config --repo="$repo" set core.fsync false
  ostree pull --repo="$repo" --disable-fsync "$remote:$ref" >/tmp/pull 2>&1 ||
    fail "Failed to pull from repository: $(tail -n 1 /tmp/pull)"
  say "pulled $(tail -c 100 /tmp/pull | tr '\r' '\n' | tail -n 1)"
  stage deploy
  arguments=$(kernel_arguments)
  set -f
  set --
  for argument in $arguments; do set -- "$@" "--karg=$argument"; done
  set +f
  ostree admin deploy --sysroot="$physical" --os="$osname" "$@" "$remote:$ref" >/tmp/deploy 2>&1 ||
    fail "Failed to deploy: $(tail -n 1 /tmp/deploy)"
  ostree config --repo="$repo" unset core.fsync
  deployment=$(ls -d "$physical/ostree/deploy/$osname/deploy/"*.0)
  # What links of the tree point to, as Anaconda makes it with systemd-tmpfiles.
  for directory in home roothome opt srv mnt lib log; do mkdir -p "$physical/ostree/deploy/$osname/var/$directory"; done
  mount --bind "$deployment" "$sysroot"
  mount --bind "$physical/ostree/deploy/$osname/var" "$sysroot/var"
  for mounted in dev proc sys run; do mount --rbind "/$mounted" "$sysroot/$mounted"; done
  mount --bind "$physical" "$sysroot/sysroot"
  mount --rbind "$physical/boot" "$sysroot/boot"
  mount -t tmpfs tmp "$sysroot/tmp"
}

# The root device, what the kickstart appends, and like Anaconda the consoles the installer itself was started with.
kernel_arguments() {
  root=$(awk '$1 == "/" { print $2 }' /run/plan/made)
  printf 'root=UUID=%s %s' "$(blkid -s UUID -o value "$root")" "$(plan append)"
  for word in $(cat /proc/cmdline); do
    case $word in
      console=* | rack.*) case " $(plan append) " in *" $word "*) ;; *) printf ' %s' "$word" ;; esac ;;
    esac
  done
}

configure_target() {
  while read -r mount device fstype _; do
    [ "$fstype" = efi ] && fstype=vfat
    case $mount in
      /*) echo "UUID=$(blkid -s UUID -o value "$device") $mount $fstype defaults 0 0" ;;
    esac
  done </run/plan/made >"$sysroot/etc/fstab"
  [ -s /run/plan/hostname ] && tail -n 1 /run/plan/hostname >"$sysroot/etc/hostname"
  for unit in $(plan enable); do chroot "$sysroot" systemctl enable "$unit" || say "no service $unit"; done
  for unit in $(plan disable); do chroot "$sysroot" systemctl disable "$unit" || say "no service $unit"; done
  # %post of an appliance resolves names with what DHCP told the installer.
  [ -s /etc/resolv.conf ] && [ ! -s "$sysroot/etc/resolv.conf" ] && cp /etc/resolv.conf "$sysroot/etc/resolv.conf"
  return 0
}
