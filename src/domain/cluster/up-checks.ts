import { ipv4ToNumber, parseIpv4 } from '../../protocol/address/ipv4.ts';
import { subnetContains } from '../../protocol/address/subnet.ts';
import { Problem } from '../error/problem.ts';
import type { Host } from '../host/host.ts';
import type { ServedNetwork } from '../lease/network.ts';
import { canonicalAddress } from './address.ts';
import type { Cluster } from './record.ts';
import type { HostChoice } from './up-choice.ts';
import { DEFAULT_ROUTER_ID } from './virtual-router.ts';

type Network = Pick<ServedNetwork, 'name' | 'subnet' | 'ranges' | 'address'>;

export interface Surroundings {
  readonly hosts: readonly Host[];
  readonly clusters: readonly Cluster[];
  readonly networks: readonly Network[];
}

/**
 * Looks at what would go wrong on the way up, before a single disk is erased.
 *
 * @returns what looks odd but may be meant
 * @throws Problem `cluster-hosts` or `cluster-invalid` naming the hosts or the address
 */
export function checkBeforeUp(cluster: Cluster, choice: HostChoice, around: Surroundings): readonly string[] {
  refuseUnknownDisks(choice);
  return [
    ...controlPlaneWarnings(cluster, choice),
    ...virtualIpWarnings(cluster, around),
    ...diskWarnings(choice),
  ];
}

/** Without a rule the only disk is taken; where the machine is known to have several, the installer would refuse. */
function refuseUnknownDisks({ chosen }: HostChoice): void {
  const undecided = chosen.filter(({ host }) => host.disk === undefined && disksOf(host) > 1);
  if (undecided.length === 0) return;
  const names = undecided.map(({ host }) => `${host.name} (${disksOf(host)} disks)`).join(', ');
  throw new Problem('cluster-hosts', `No disk is chosen for ${names}.`, {
    remedy: `Name one for each: hearth host assign ${undecided[0]?.host.name ?? 'HOST'} --disk /dev/disk/by-id/…`,
  });
}

function disksOf({ facts }: Host): number {
  return facts?.disks.filter(({ removable }) => !removable).length ?? 0;
}

function diskWarnings({ chosen }: HostChoice): string[] {
  const unknown = chosen.filter(({ host }) => host.disk === undefined && host.facts === undefined);
  if (unknown.length === 0) return [];
  const names = unknown.map(({ host }) => host.name).join(', ');
  return [
    `No disk is named for ${names}: its only disk is erased, and the install is refused where there are more`,
  ];
}

function controlPlaneWarnings(cluster: Cluster, { chosen, present }: HostChoice): string[] {
  const count =
    chosen.filter(({ role }) => role === 'control-plane').length +
    present.filter(({ assignment }) => assignment?.role === 'control-plane').length;
  if (count === 0)
    throw new Problem('cluster-hosts', `${cluster.name} has no control plane.`, {
      remedy: 'Ask for at least one: --control-planes 1',
    });
  if (count % 2 === 1) return [];
  return [
    `${cluster.name} gets ${count} control planes: etcd survives the loss of no more of them than with ${count - 1}; an odd number is better`,
  ];
}

function virtualIpWarnings(cluster: Cluster, { hosts, clusters, networks }: Surroundings): string[] {
  const { endpoint } = cluster.config;
  if (endpoint.kind !== 'virtual-ip') return [];
  const virtualIp = canonicalAddress(endpoint.host);
  const owner = hosts.find(({ address }) => address === virtualIp);
  if (owner !== undefined) throw inUse(virtualIp, `the reserved address of ${owner.name}`);
  const appliance = networks.find(({ address }) => address === virtualIp);
  if (appliance !== undefined) throw inUse(virtualIp, `this appliance's own on ${appliance.name}`);
  const others = clusters.filter(({ name }) => name !== cluster.name);
  const twin = others.find((other) => canonicalAddress(other.config.endpoint.host) === virtualIp);
  if (twin !== undefined) throw inUse(virtualIp, `the address of cluster ${twin.name}`);
  return [...rangeWarnings(virtualIp, networks), ...routerIdWarnings(cluster, others)];
}

function rangeWarnings(virtualIp: string, networks: readonly Network[]): string[] {
  const address = parseIpv4(virtualIp);
  if (address === undefined || networks.length === 0) return [];
  const network = networks.find(({ subnet }) => subnetContains(subnet, address));
  if (network === undefined)
    return [
      `The virtual IP ${virtualIp} is in no served network: the control planes must have an interface in its network`,
    ];
  const number = ipv4ToNumber(address);
  const inside = network.ranges.some(
    ({ first, last }) => ipv4ToNumber(first) <= number && number <= ipv4ToNumber(last),
  );
  if (!inside) return [];
  return [
    `The virtual IP ${virtualIp} lies in a DHCP range of ${network.name}, so that a machine may be given it; take it out of \`ranges\``,
  ];
}

/** Two clusters that share a wire and an id take each other's advertisements for their own (RFC 5798 §5.2.3). */
function routerIdWarnings(cluster: Cluster, others: readonly Cluster[]): string[] {
  const id = cluster.virtualRouterId ?? DEFAULT_ROUTER_ID;
  return others
    .filter((other) => other.config.endpoint.kind === 'virtual-ip')
    .filter((other) => (other.virtualRouterId ?? DEFAULT_ROUTER_ID) === id)
    .map(
      (other) =>
        `${cluster.name} and ${other.name} both use VRRP id ${id}: on one wire they would fight over their virtual IPs`,
    );
}

function inUse(virtualIp: string, whose: string): Problem {
  return new Problem('cluster-invalid', `The virtual IP ${virtualIp} is ${whose}.`, {
    remedy: 'Choose an address that nothing else has, and make the cluster again with it.',
  });
}
