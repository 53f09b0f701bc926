# Interfaces get the name udev would give them (enp<bus>s<slot>), because kickstarts and Ignition configs name them so.
name_interfaces() {
  for path in /sys/class/net/*; do
    interface=${path##*/}
    [ -e "$path/device" ] || continue
    # .../0000:00:02.0/virtio0 or .../0000:00:02.0: the last PCI address on the way to the device.
    address=$(readlink -f "$path/device" | grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1)
    [ -n "$address" ] || continue
    bus=$((0x$(echo "$address" | cut -c6-7)))
    slot=$((0x$(echo "$address" | cut -c9-10)))
    ip link set "$interface" down
    ip link set "$interface" name "enp${bus}s${slot}" 2>/dev/null
  done
}

wait_for_hardware() {
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    ls /sys/class/net/*/device >/dev/null 2>&1 && return 0
    sleep 0.3
  done
}

needs_network() {
  case "$(argument inst.ks) $(argument inst.stage2) $(argument inst.repo)" in
    *http:* | *https:* | *nfs:*) return 0 ;;
  esac
  argument ip >/dev/null
}

# boot_interface: the one BOOTIF=01-aa-bb-… names (hardware type, then the address with dashes), else the first.
boot_interface() {
  wanted=$(argument BOOTIF | tr 'A-F-' 'a-f:' | sed 's/^01://')
  for path in /sys/class/net/*; do
    [ -e "$path/device" ] || continue
    if [ -z "$wanted" ] || [ "$(cat "$path/address")" = "$wanted" ]; then
      echo "${path##*/}"
      return 0
    fi
  done
  return 1
}

# ip=dhcp, ip=<nic>:dhcp, ip=<ip>::<gw>:<mask>:<host>:<nic>:none; without ip= DHCP on the boot interface.
configure_network() {
  ip link set lo up
  setting=$(argument ip)
  case $setting in
    *:none | *:off | *:static) static_network "$setting" ;;
    *:dhcp) dhcp_network "${setting%:dhcp}" ;;
    *) dhcp_network "$(boot_interface)" ;;
  esac
}

dhcp_network() {
  [ -n "$1" ] && [ -e "/sys/class/net/$1" ] || fail "no interface ${1:-for $(argument BOOTIF)}"
  ip link set "$1" up
  udhcpc -i "$1" -s /lib/rack/udhcpc -t 5 -T 3 -A 2 -n -q -f >/dev/null 2>&1 || fail "no DHCP answer on $1"
  say "address $1 $(ip -4 -o addr show "$1" | awk '{ print $4 }')"
}

static_network() {
  old=$IFS
  IFS=:
  set -f
  set -- $1
  set +f
  IFS=$old
  interface=$6
  [ -e "/sys/class/net/$interface" ] || fail "no interface $interface"
  ip addr add "$1/$4" dev "$interface" && ip link set "$interface" up || fail "bad ip= argument"
  [ -n "$3" ] && ip route add default via "$3"
  [ -n "$5" ] && hostname "$5"
  nameserver=$(argument nameserver) && echo "nameserver $nameserver" >/etc/resolv.conf
  say "address $interface $1"
}
