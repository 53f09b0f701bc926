import { join } from 'node:path';
import type { RackNetwork } from './network.ts';

/**
 * Puts a router with IPv6 on a wire: router advertisements and DHCPv6, and nothing to boot. Firmware and iPXE ask for IPv6 on a
 * wire whether there is any or not, and without an answer they wait: Debian's iPXE 13 s for a router, EDK2 72 s for a DHCPv6
 * server each time it tries HTTP boot over IPv6 on its way to the disk.
 *
 * @param number tells the wires' prefixes apart
 */
export async function addIpv6Router(
  network: RackNetwork,
  bridge: string,
  number: number,
  folder: string,
): Promise<void> {
  const prefix = `fd00:${number}::`;
  const router = await network.addNeighbour({ bridge, device: 'wire', address: `${prefix}1/64` });
  await router.serve(
    join(folder, `ipv6-router-${bridge}.log`),
    /router advertisement on/,
    'dnsmasq',
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--log-facility=-', '--log-dhcp', '--user=root'],
    ...['--port=0', '--interface=wire', '--leasefile-ro', '--enable-ra'],
    `--dhcp-range=${prefix}100,${prefix}1ff,64,1h`,
  );
}
