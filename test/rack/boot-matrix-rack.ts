import { join } from 'node:path';
import { addIpv6Router } from './ipv6-router.ts';
import { VirtualRack } from './rack.ts';
import type { RackNetwork } from './network.ts';

/** The wires of the matrix, all served by one appliance. */
export const WIRES = { authoritative: 'br0', relayed: 'br2', proxied: 'br1' } as const;

const NETWORKS = `networks:
  - name: rack1
    interface: br0
    subnet: 10.20.0.0/24
    dhcp: authoritative
    ranges: ["10.20.0.100-10.20.0.199"]
  - name: far-rack
    subnet: 10.30.0.0/24
    address: 10.20.0.1
    dhcp: authoritative
    ranges: ["10.30.0.100-10.30.0.199"]
    router: 10.30.0.1
  - name: site
    interface: br1
    subnet: 10.40.0.0/24
    dhcp: proxy
`;

/**
 * A rack with three wires: one where the appliance is the DHCP server, one behind a router with ISC's relay, and one that
 * has its own DHCP server (dnsmasq), beside which the appliance is a proxy.
 */
export function startMatrixRack(evidence: string): Promise<VirtualRack> {
  return VirtualRack.start({ evidence, networks: NETWORKS, layOut });
}

async function layOut(network: RackNetwork, folder: string): Promise<void> {
  await network.addBridge(WIRES.relayed);
  const relay = await network.addNeighbour(
    { bridge: WIRES.authoritative, device: 'uplink', address: '10.20.0.2/24' },
    { bridge: WIRES.relayed, device: 'rack', address: '10.30.0.1/24' },
  );
  await network.addRoute('10.30.0.0/24', '10.20.0.2');
  // -a appends option 82 with the name of the interface the machine is behind.
  const relayed = ['-4', '-d', '-a', '-id', 'rack', '-iu', 'uplink', '10.20.0.1'];
  await relay.serve(join(folder, 'dhcrelay.log'), /Sending on\s+Socket/, 'dhcrelay', ...relayed);

  await network.addBridge(WIRES.proxied, '10.40.0.1/24');
  const site = await network.addNeighbour({
    bridge: WIRES.proxied,
    device: 'site',
    address: '10.40.0.2/24',
  });
  await site.serve(
    join(folder, 'dnsmasq.log'),
    /DHCP, IP range/,
    'dnsmasq',
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--log-facility=-', '--log-dhcp', '--user=root'],
    ...['--port=0', '--bind-interfaces', '--interface=site', '--no-ping', '--leasefile-ro'],
    '--dhcp-range=10.40.0.100,10.40.0.199,1h',
  );
  for (const [index, bridge] of Object.values(WIRES).entries())
    await addIpv6Router(network, bridge, index, folder);
}
