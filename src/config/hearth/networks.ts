import { Problem } from '../../domain/error/problem.ts';
import type {
  AddressRange,
  ConfiguredOption,
  LeaseLimits,
  LeaseTimes,
  Reservation,
  ServedNetwork,
} from '../../domain/lease/network.ts';
import { ipv4ToNumber, parseIpv4 } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { broadcastOf, formatSubnet, subnetContains } from '../../protocol/address/subnet.ts';
import type { Subnet } from '../../protocol/address/subnet.ts';
import { mistake } from '../located.ts';
import type { LocatedYaml } from '../located.ts';
import type { HearthFile, NetworkEntry } from './schema.ts';

/** The IPv4 addresses of the machine's interfaces, by interface name. */
export type InterfaceTable = ReadonlyMap<string, readonly string[]>;

/** Turns a configured option into wire bytes; a text is the reason why not. */
export type OptionEncoder = (
  name: string,
  value: NetworkEntry['options'][string],
) => ConfiguredOption | string;

type Report = (path: readonly PropertyKey[], message: string) => void;

/**
 * The networks with every default filled in, or every contradiction in the file at once.
 *
 * @throws Problem `config-invalid`; `interface-missing` when an address must come from an interface that has none
 */
export function resolveNetworks(
  yaml: LocatedYaml,
  file: HearthFile,
  interfaces: InterfaceTable,
  encode: OptionEncoder,
): readonly ServedNetwork[] {
  const mistakes: string[] = [];
  const resolved = file.networks.map((entry, at) => {
    const report: Report = (path, message) =>
      mistakes.push(mistake(yaml, ['networks', at, ...path], message));
    return resolveNetwork(entry, interfaces, encode, report);
  });
  reportClashes(file.networks, (at, path, message) =>
    mistakes.push(mistake(yaml, ['networks', at, ...path], message)),
  );
  if (mistakes.length > 0) throw new Problem('config-invalid', mistakes.join('\n'));
  return resolved.filter((network) => network !== undefined);
}

function resolveNetwork(
  entry: NetworkEntry,
  interfaces: InterfaceTable,
  encode: OptionEncoder,
  report: Report,
): ServedNetwork | undefined {
  const address = entry.address ?? ownAddress(entry, interfaces);
  checkAddresses(entry, report);
  const times = leaseTimes(entry, report);
  const options = encodeOptions(entry, encode, report);
  if (entry.dhcp === 'authoritative' && entry.interface === undefined && entry.address === undefined) {
    report(['interface'], 'a network without an interface is reached through relays and needs `address`');
    return undefined;
  }
  if (address === undefined) {
    throw new Problem(
      'interface-missing',
      `${entry.name}: interface ${entry.interface ?? '(none)'} has no address in ${formatSubnet(entry.subnet)}.`,
      {
        remedy: `Give the interface one, for example: ip address add ADDRESS/${entry.subnet.prefix} dev ${entry.interface ?? 'ethN'}; or set \`address\`.`,
      },
    );
  }
  const { name, subnet, dhcp, ranges, router, dns, ntp, domain, sharedNetwork, probe, proxyDelay, limits } =
    entry;
  const reservations = entry.reservations.map(reservationOf);
  const nextServer = entry.nextServer ?? address;
  return {
    name,
    interface: entry.interface,
    subnet,
    address,
    dhcp,
    ranges,
    router,
    dns,
    ntp,
    domain,
    times,
    nextServer,
    options,
    sharedNetwork,
    reservations,
    probe,
    proxyDelay,
    limits: given(limits),
  };
}

function reservationOf(entry: NetworkEntry['reservations'][number]): Reservation {
  const { address, hostName, mac, clientId, uuid, circuitId, remoteId } = entry;
  if (mac !== undefined) return { match: { by: 'mac', mac }, address, hostName };
  if (clientId !== undefined) return { match: { by: 'client-id', clientId }, address, hostName };
  if (uuid !== undefined) return { match: { by: 'uuid', uuid }, address, hostName };
  return { match: { by: 'relay-port', circuitId, remoteId }, address, hostName };
}

/** Without the keys that were not set, so that defaults stay. */
function given(limits: NetworkEntry['limits']): Partial<LeaseLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function ownAddress(entry: NetworkEntry, interfaces: InterfaceTable): Ipv4Address | undefined {
  for (const text of interfaces.get(entry.interface ?? '') ?? []) {
    const address = parseIpv4(text);
    if (address !== undefined && subnetContains(entry.subnet, address)) return address;
  }
  return undefined;
}

function checkAddresses(entry: NetworkEntry, report: Report): void {
  const inside = (path: readonly PropertyKey[], address: Ipv4Address | undefined): void => {
    if (address !== undefined && !subnetContains(entry.subnet, address)) {
      report(path, `${address} is not in ${formatSubnet(entry.subnet)}`);
    }
  };
  if (entry.interface !== undefined) inside(['address'], entry.address);
  inside(['router'], entry.router);
  entry.reservations.forEach(({ address }, at) => inside(['reservations', at, 'address'], address));
  if (entry.dhcp !== 'authoritative' && entry.ranges.length > 0) {
    report(
      ['ranges'],
      'only a network with `dhcp: authoritative` gives out addresses; remove the ranges or set that',
    );
  }
  entry.ranges.forEach((range, at) => {
    inside(['ranges', at], range.first);
    inside(['ranges', at], range.last);
    checkRange(entry.subnet, range, (message) => report(['ranges', at], message));
    const overlap = entry.ranges.findIndex((other, index) => index < at && overlaps(range, other));
    if (overlap >= 0) report(['ranges', at], `overlaps range ${overlap + 1}`);
  });
}

function checkRange(subnet: Subnet, range: AddressRange, report: (message: string) => void): void {
  const first = ipv4ToNumber(range.first);
  const last = ipv4ToNumber(range.last);
  if (first > last) report(`${range.first} comes after ${range.last}`);
  // RFC 950: the all-zeros and all-ones host parts name the network and its broadcast; /31 and /32 have none (RFC 3021).
  if (
    subnet.prefix < 31 &&
    (first === ipv4ToNumber(subnet.base) || last === ipv4ToNumber(broadcastOf(subnet)))
  ) {
    report('must not hold the network address or the broadcast address');
  }
}

function leaseTimes(entry: NetworkEntry, report: Report): LeaseTimes {
  const lease = entry.leaseTime;
  // RFC 2131 §4.4.5: T1 defaults to 0.5, T2 to 0.875 of the lease, and T1 < T2 < lease.
  const renew = entry.renewTime ?? Math.floor(lease / 2);
  const rebind = entry.rebindTime ?? Math.floor(lease * 0.875);
  if (renew >= rebind) report(['renewTime'], `must be shorter than rebindTime (${rebind} s)`);
  if (rebind >= lease) report(['rebindTime'], `must be shorter than leaseTime (${lease} s)`);
  return { lease, renew, rebind, decline: entry.declineTime };
}

function encodeOptions(
  entry: NetworkEntry,
  encode: OptionEncoder,
  report: Report,
): readonly ConfiguredOption[] {
  return Object.entries(entry.options).flatMap(([name, value]) => {
    const option = encode(name, value);
    if (typeof option !== 'string') return [option];
    report(['options', name], option);
    return [];
  });
}

function reportClashes(
  networks: readonly NetworkEntry[],
  report: (at: number, path: readonly PropertyKey[], message: string) => void,
): void {
  networks.forEach((entry, at) => {
    for (const other of networks.slice(0, at)) {
      if (other.name === entry.name) report(at, ['name'], `"${entry.name}" is used twice`);
      if (
        subnetContains(other.subnet, entry.subnet.base) ||
        subnetContains(entry.subnet, other.subnet.base)
      ) {
        report(at, ['subnet'], `overlaps ${formatSubnet(other.subnet)} of network "${other.name}"`);
      }
    }
  });
}

function overlaps(one: AddressRange, other: AddressRange): boolean {
  return (
    ipv4ToNumber(one.first) <= ipv4ToNumber(other.last) && ipv4ToNumber(other.first) <= ipv4ToNumber(one.last)
  );
}
