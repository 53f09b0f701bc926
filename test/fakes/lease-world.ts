import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import type { MacAddress } from '../../src/protocol/address/mac.ts';
import { planBoot } from '../../src/domain/boot/plan.ts';
import type { BootPlan } from '../../src/domain/boot/plan.ts';
import type { MachineRequest } from '../../src/domain/boot/machine.ts';
import type { Host, HostId } from '../../src/domain/host/host.ts';
import type { HostDirectory } from '../../src/domain/host/store.ts';
import type { ServedNetwork } from '../../src/domain/lease/network.ts';
import type { LoaderChoice } from '../../src/domain/boot/first-stage.ts';

/** The part of a host that DHCP looks at. */
export interface DirectoryEntry {
  readonly name: string;
  readonly macs: readonly string[];
  readonly address?: string | undefined;
  readonly uuid?: string | undefined;
  readonly state?: Host['state'] | undefined;
  readonly loader?: LoaderChoice | undefined;
}

/** An inventory of a few hosts in memory. */
export function fakeDirectory(entries: readonly DirectoryEntry[]): HostDirectory {
  const hosts = entries.map(hostOf);
  const byMac = new Map(hosts.flatMap((host) => host.macs.map((mac) => [mac, host] as const)));
  return {
    byMac: (mac) => byMac.get(mac),
    byName: (name) => hosts.find((host) => host.name === name),
    all: () => hosts,
  };
}

function hostOf(entry: DirectoryEntry): Host {
  return {
    id: entry.name as HostId,
    name: entry.name,
    state: entry.state ?? 'registered',
    since: 0,
    macs: entry.macs as readonly MacAddress[],
    uuid: entry.uuid,
    address: entry.address as Ipv4Address | undefined,
    loader: entry.loader,
    kernelArguments: [],
    labels: {},
    createdAt: 0,
  };
}

/** The real boot plan over a fake inventory. */
export function planFor(request: MachineRequest, directory: HostDirectory): BootPlan {
  return planBoot(request, {
    host: directory.byMac(request.mac),
    hasMedium: () => true,
    hasFile: () => true,
    now: 0,
  });
}

/** `10.20.0.0/24` on eth1 with .1 as ours and .100 to .199 as range, unless told otherwise. */
export function networkWith(changes: Partial<ServedNetwork> = {}): ServedNetwork {
  return {
    name: 'rack1',
    interface: 'eth1',
    subnet: { base: '10.20.0.0' as Ipv4Address, prefix: 24 },
    address: '10.20.0.1' as Ipv4Address,
    dhcp: 'authoritative',
    ranges: [{ first: '10.20.0.100' as Ipv4Address, last: '10.20.0.199' as Ipv4Address }],
    router: '10.20.0.1' as Ipv4Address,
    dns: ['10.20.0.1' as Ipv4Address],
    ntp: [],
    domain: 'rack1.example',
    times: { lease: 3600, renew: 1800, rebind: 3150, decline: 600 },
    nextServer: '10.20.0.1' as Ipv4Address,
    options: [],
    probe: false,
    ...changes,
  };
}
