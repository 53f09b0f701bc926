import { UNSPECIFIED } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { ok, problem } from './finding.ts';
import type { Finding } from './finding.ts';
import type { ConfiguredNetwork, PortUse, Snapshot } from './snapshot.ts';

interface Need {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  readonly what: string;
}

/** Whether another program holds a port that a network needs. */
export function checkPorts(snapshot: Snapshot): readonly Finding[] {
  const { config, ports } = snapshot;
  if (config.kind !== 'read' || config.networks.length === 0) return [];
  const taken = config.networks.flatMap((network) =>
    needsOf(network, config.httpPort).flatMap((need) => {
      const holder = ports.find((use) => !use.ours && clashes(use, need, network.address));
      return holder === undefined ? [] : [finding(need, network, holder)];
    }),
  );
  return taken.length === 0 ? [ok('ports', 'no other program holds a port that is needed')] : taken;
}

function needsOf(network: ConfiguredNetwork, httpPort: number): readonly Need[] {
  const always: readonly Need[] = [
    { protocol: 'udp', port: 69, what: 'TFTP' },
    { protocol: 'tcp', port: httpPort, what: 'HTTP' },
  ];
  if (network.dhcp === 'off') return always;
  const dhcp: Need = { protocol: 'udp', port: 67, what: 'DHCP' };
  const binl: Need = { protocol: 'udp', port: 4011, what: 'proxyDHCP' };
  return network.dhcp === 'proxy' ? [dhcp, binl, ...always] : [dhcp, ...always];
}

function clashes(use: PortUse, need: Need, address: Ipv4Address): boolean {
  if (use.protocol !== need.protocol || use.port !== need.port) return false;
  // A DHCP server hears broadcasts of a whole wire, whatever address it is bound to.
  return need.port === 67 || use.address === address || use.address === UNSPECIFIED;
}

function finding(need: Need, network: ConfiguredNetwork, use: PortUse): Finding {
  const who = use.holder === undefined ? 'another program' : `${use.holder.name} (process ${use.holder.pid})`;
  const stop =
    use.holder === undefined
      ? `Run \`hearth doctor\` as root to see which, or \`ss -lnp\`; then stop it.`
      : `Stop it: systemctl disable --now ${use.holder.name}, or kill ${use.holder.pid}.`;
  const instead =
    need.port === 67 ? ' If it must stay, set `dhcp: off` and see `hearth network snippets`.' : '';
  return problem(
    'ports',
    `${need.what} port ${need.port}/${need.protocol} for network ${network.name} is held by ${who} on ${use.address}`,
    stop + instead,
  );
}
