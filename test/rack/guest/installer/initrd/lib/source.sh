# Where stage2 and the kickstart come from: a URL or a volume with a label, as Anaconda's inst.stage2= and inst.ks=.

# fetch URL FILE [HEADER]: a bounded number of tries; a server that is still starting is no reason to fail.
# Debian's static busybox crashes in wget -T, so another program holds the watch.
fetch() {
  for attempt in 1 2 3 4 5; do
    if [ -n "$3" ]; then
      timeout 120 wget -q --header "$3" -O "$2" "$1" 2>/tmp/wget && return 0
    else
      timeout 120 wget -q -O "$2" "$1" 2>/tmp/wget && return 0
    fi
    say "retry $attempt $1: $(tail -n 1 /tmp/wget)"
    sleep "$attempt"
  done
  return 1
}

# mount_volume hd:LABEL=…[:path] | cdrom[:path]: mounts it on /mnt/iso and prints the path inside.
mount_volume() {
  case $1 in
    hd:*)
      rest=${1#hd:}
      device=${rest%%:*}
      ;;
    *)
      rest=$1
      device=/dev/sr0
      ;;
  esac
  case $device in
    LABEL=* | UUID=*) device=$(findfs "$device") ;;
    /*) ;;
    *) device=/dev/$device ;;
  esac
  grep -q ' /mnt/iso ' /proc/mounts || mount -o ro "$device" /mnt/iso || return 1
  case $rest in
    *:*) printf '%s' "/mnt/iso/${rest#*:}" ;;
    *) printf /mnt/iso ;;
  esac
}

# main_image TREEINFO: the path of stage2 that the tree names, in its [stage2] section.
main_image() {
  awk -F ' *= *' '/^\[/ { section = $0 } section == "[stage2]" && $1 == "mainimage" { print $2 }' "$1"
}

find_stage2() {
  source=$(argument inst.stage2) || source=$(argument inst.repo) || fail "no inst.stage2 or inst.repo"
  case $source in
    http://* | https://*)
      stage treeinfo "$source/.treeinfo"
      # Anaconda goes on without .treeinfo, with the usual place of the image.
      image=images/install.img
      fetch "${source%/}/.treeinfo" /tmp/treeinfo && image=$(main_image /tmp/treeinfo)
      [ -n "$image" ] || fail ".treeinfo names no stage2"
      stage stage2 "${source%/}/$image"
      fetch "${source%/}/$image" /run/install.img || fail "cannot fetch ${source%/}/$image"
      ;;
    hd:* | cdrom*)
      stage stage2 "$source"
      directory=$(mount_volume "$source") || fail "cannot mount $source"
      ln -s "$directory/images/install.img" /run/install.img
      ;;
    *) fail "unsupported stage2 source $source" ;;
  esac
}

find_kickstart() {
  source=$(argument inst.ks) || fail "no inst.ks"
  stage kickstart "$source"
  case $source in
    http://* | https://*)
      header=
      # inst.ks.sendmac tells the server which machine asks, as Anaconda does.
      flag inst.ks.sendmac && interface=$(boot_interface) &&
        header="X-RHN-Provisioning-MAC-0: $interface $(cat "/sys/class/net/$interface/address")"
      fetch "$source" /run/ks.cfg "$header" || fail "cannot fetch $source"
      ;;
    hd:* | cdrom*) cp "$(mount_volume "$source")" /run/ks.cfg || fail "cannot read $source" ;;
    *) fail "unsupported kickstart source $source" ;;
  esac
}
