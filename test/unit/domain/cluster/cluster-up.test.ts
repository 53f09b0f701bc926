import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterUp } from '../../../../src/domain/cluster/cluster-up.ts';
import type { ClusterUpResult } from '../../../../src/domain/cluster/cluster-up.ts';
import type { Cluster } from '../../../../src/domain/cluster/record.ts';
import { Problem } from '../../../../src/domain/error/problem.ts';
import type { Host, HostId, HostState } from '../../../../src/domain/host/host.ts';
import type { HostChange } from '../../../../src/domain/host/request.ts';
import { parseIpv4 } from '../../../../src/protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import { parseSubnet } from '../../../../src/protocol/address/subnet.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';
import { host, mac } from '../../../fakes/hosts.ts';

let hosts: Host[];
let clusters: Cluster[];
let missing: 'medium' | undefined;
let events: RecordingEventLog;
let up: ClusterUp;

beforeEach(() => {
  hosts = [];
  clusters = [sized(1, 2)];
  missing = undefined;
  events = new RecordingEventLog();
  up = new ClusterUp({
    clusters: {
      list: () => Promise.resolve(clusters),
      get: (name) => {
        const found = clusters.find((one) => one.name === name);
        return found === undefined
          ? Promise.reject(new Problem('cluster-not-found', 'no'))
          : Promise.resolve(found);
      },
    },
    hosts: {
      all: () => hosts,
      find,
      assign: (name, change) => Promise.resolve(replace(name, change)),
      arm: (name) => Promise.resolve(replace(name, { state: 'armed' })),
    },
    sources: {
      medium: () =>
        missing === undefined
          ? Promise.resolve('ol8')
          : Promise.reject(new Problem('media-not-found', 'none')),
      image: () => Promise.resolve('ock'),
    },
    networks: [
      {
        name: 'rack1',
        subnet: parseSubnet('10.20.0.0/24') ?? fail(),
        address: address('10.20.0.1'),
        ranges: [{ first: address('10.20.0.100'), last: address('10.20.0.199') }],
      },
    ],
    events,
  });
});

function sized(
  controlPlaneNodes: number,
  workerNodes: number,
  name = 'c1',
  virtualIp = '10.20.0.10',
): Cluster {
  const cluster = aCluster(name);
  const endpoint = { ...cluster.config.endpoint, host: virtualIp };
  return { ...cluster, config: { ...cluster.config, controlPlaneNodes, workerNodes, endpoint } };
}

function fail(): never {
  throw new Error('the test is wrong');
}

function address(text: string): Ipv4Address {
  return parseIpv4(text) ?? fail();
}

function find(name: string): Host {
  const found = hosts.find((one) => one.name === name);
  if (found === undefined) throw new Problem('host-not-found', `There is no host "${name}".`);
  return found;
}

function replace(name: string, change: HostChange & { state?: HostState }): Host {
  const changed = { ...find(name), ...change } as Host;
  hosts = hosts.map((one) => (one.name === name ? changed : one));
  return changed;
}

function add(name: string, change: Partial<Host> = {}, state: HostState = 'registered'): void {
  const number = hosts.length + 1;
  hosts.push(
    host(state, {
      id: `h${number}` as HostId,
      name,
      macs: [mac(`52:54:00:00:00:0${number}`)],
      assignment: undefined,
      install: undefined,
      disk: 'vda',
      ...change,
    }),
  );
}

function roles(result: ClusterUpResult): Record<string, string | undefined> {
  return Object.fromEntries(result.hosts.map((one) => [one.name, one.assignment?.role]));
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const problem = await promise.then(fail, (thrown: unknown) => thrown);
  if (!(problem instanceof Problem)) throw problem;
  return `${problem.code}: ${problem.message}`;
}

describe('bringing a cluster up', () => {
  it('takes free hosts by count as the cluster file says, and arms all of them', async () => {
    for (const name of ['d', 'b', 'a', 'c']) add(name);
    const result = await up.up('c1', {}, 'ann');
    expect(roles(result)).toEqual({ a: 'control-plane', b: 'worker', c: 'worker' });
    expect(result.armed).toEqual(['a', 'b', 'c']);
    expect(find('d').state).toBe('registered');
    expect(events.texts()).toEqual(['c1 may come up: a, b, c are armed']);
  });

  it('takes hosts by name in the order given, control planes first and the rest as workers', async () => {
    for (const name of ['a', 'b', 'c', 'd']) add(name);
    const result = await up.up('c1', { hosts: ['d', 'c', 'b'], controlPlanes: 1 }, 'ann');
    expect(roles(result)).toEqual({ b: 'worker', c: 'worker', d: 'control-plane' });
  });

  it('takes hosts by label and no others', async () => {
    add('a');
    for (const name of ['b', 'c']) add(name, { labels: { row: '1' } });
    const result = await up.up('c1', { select: { row: '1' } }, 'ann');
    expect(roles(result)).toEqual({ b: 'control-plane', c: 'worker' });
  });

  it('keeps the roles that were assigned, and fills up around them', async () => {
    add('a');
    add('b', { assignment: { cluster: 'c1', role: 'worker' } });
    add('c', { assignment: { cluster: 'c1', role: 'control-plane' } }, 'failed');
    const result = await up.up('c1', {}, 'ann');
    expect(roles(result)).toEqual({ a: 'worker', b: 'worker', c: 'control-plane' });
    expect(result.armed).toEqual(['c', 'b', 'a']);
  });

  it('goes on where it stopped, and lets running nodes be', async () => {
    add('a', { assignment: { cluster: 'c1', role: 'control-plane' } }, 'active');
    add('b', { assignment: { cluster: 'c1', role: 'worker' } }, 'installing');
    add('c');
    expect((await up.up('c1', {}, 'ann')).armed).toEqual(['c']);
    expect((await up.up('c1', {}, 'ann')).armed).toEqual([]);
    expect(find('a').state).toBe('active');
  });

  it('says how many hosts are missing and which are free, and changes nothing', async () => {
    add('a');
    add('x', {}, 'discovered');
    expect(await refusal(up.up('c1', {}, 'ann'))).toMatch(
      /^cluster-hosts: c1 still needs 1 control plane and 2 workers; free and fitting are: a\. Of 1 discovered/,
    );
    expect(find('a').assignment).toBeUndefined();
  });

  it('takes no host of another cluster and none that nobody accepted', async () => {
    add('a', { assignment: { cluster: 'c2', role: 'worker' } });
    add('b', {}, 'discovered');
    expect(await refusal(up.up('c1', { hosts: ['a'] }, 'ann'))).toContain('belongs to cluster c2');
    expect(await refusal(up.up('c1', { hosts: ['b'] }, 'ann'))).toContain('b is discovered');
    expect(await refusal(up.up('c1', { hosts: ['zzz'] }, 'ann'))).toContain('host-not-found');
  });

  it('refuses a host with several disks and none chosen, before any is armed', async () => {
    const disk = { name: 'vda', bytes: 1, ids: [], removable: false };
    const facts = { at: 0, firmware: 'uefi', cpus: 1, memoryMiB: 1, nics: [] } as const;
    add('a');
    add('b', { disk: undefined, facts: { ...facts, disks: [disk, { ...disk, name: 'vdb' }] } });
    add('c', {
      disk: undefined,
      facts: { ...facts, disks: [disk, { ...disk, name: 'sda', removable: true }] },
    });
    expect(await refusal(up.up('c1', {}, 'ann'))).toBe('cluster-hosts: No disk is chosen for b (2 disks).');
    expect(find('a').state).toBe('registered');
  });

  it('refuses a missing medium before any host is changed', async () => {
    for (const name of ['a', 'b', 'c']) add(name);
    missing = 'medium';
    expect(await refusal(up.up('c1', {}, 'ann'))).toContain('media-not-found');
    expect(find('a').assignment).toBeUndefined();
  });

  it('refuses a cluster without a control plane', async () => {
    for (const name of ['a', 'b', 'c']) add(name);
    expect(await refusal(up.up('c1', { controlPlanes: 0 }, 'ann'))).toContain('no control plane');
  });

  it('warns of an even number of control planes and of disks it knows nothing of', async () => {
    for (const name of ['a', 'b']) add(name, { disk: undefined });
    const { warnings } = await up.up('c1', { controlPlanes: 2, workers: 0 }, 'ann');
    expect(warnings.join('\n')).toMatch(/gets 2 control planes.*odd[^]*No disk is named for a, b/);
  });
});

describe('the virtual IP of a cluster that comes up', () => {
  const attempt = (): Promise<ClusterUpResult> => up.up('c1', { controlPlanes: 1, workers: 0 }, 'ann');

  it('is refused while a host, the appliance or another cluster has it', async () => {
    add('a', { address: address('10.20.0.10') });
    expect(await refusal(attempt())).toContain('is the reserved address of a');
    clusters = [sized(1, 0, 'c1', '10.20.0.1')];
    expect(await refusal(attempt())).toContain("this appliance's own on rack1");
    clusters = [sized(1, 0, 'c1', '10.20.0.12'), sized(1, 0, 'c2', '10.20.0.12')];
    expect(await refusal(attempt())).toContain('the address of cluster c2');
  });

  it('is warned of inside a DHCP range, outside every network, and with the VRRP id of another cluster', async () => {
    add('a');
    clusters = [sized(1, 0, 'c1', '10.20.0.150')];
    expect((await attempt()).warnings.join()).toContain('DHCP range of rack1');
    clusters = [sized(1, 0, 'c1', '192.0.2.1'), sized(1, 0, 'c2', '10.20.0.77')];
    const { warnings } = await attempt();
    expect(warnings.join('\n')).toMatch(/in no served network[^]*c1 and c2 both use VRRP id 51/);
    clusters = [{ ...sized(1, 0), virtualRouterId: 52 }, sized(1, 0, 'c2', '10.20.0.77')];
    expect((await attempt()).warnings).toEqual([]);
  });
});
