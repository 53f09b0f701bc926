import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ForgePki } from '../../src/adapters/pki/forge-pki.ts';
import { wireClusters } from '../../src/appliance/clusters.ts';
import type { ClusterParts } from '../../src/appliance/clusters.ts';
import { openStorage } from '../../src/appliance/storage.ts';
import type { Storage } from '../../src/appliance/storage.ts';
import { BootTokens } from '../../src/domain/access/boot-tokens.ts';
import { ClusterSecrets } from '../../src/domain/cluster/cluster-secrets.ts';
import { HostInventory } from '../../src/domain/host/inventory.ts';
import { parseIpv4 } from '../../src/protocol/address/ipv4.ts';
import { FakeKubernetes } from '../fakes/kubernetes/server.ts';
import { host, mac } from '../fakes/hosts.ts';
import type { HostId, NodeRole } from '../../src/domain/host/host.ts';

/** The life of a cluster with everything of the appliance's own, and an API server that speaks TLS on a real socket. */
const clock = { now: () => Date.now() };

let folder = '';
let storage: Storage;
let hosts: HostInventory;
let tokens: BootTokens;
let parts: ClusterParts;
let fake: FakeKubernetes | undefined;
let port = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-birth-'));
  storage = await openStorage(folder, clock);
  await addHost(1, 'control-plane');
  await addHost(2, 'worker');
  hosts = await HostInventory.load({
    store: storage.hosts,
    events: storage.events,
    clock,
    ids: { next: () => 'id' },
    sources: {
      cluster: () => Promise.resolve(),
      medium: () => Promise.resolve('ol8'),
      image: () => Promise.resolve('ock'),
    },
  });
  tokens = new BootTokens({ store: storage.bootTokens, events: storage.events, clock });
  parts = wireClusters({ storage, hosts, tokens, networks: [], clock });
  port = await freePort();
  await parts.clusters.create(
    `provider: byo\nname: c1\nloadBalancer: 127.0.0.1\nkubeApiServerBindPort: ${port}\nkubernetesVersion: "1.33"\nproviders: { byo: { networkInterface: eth0 } }\n`,
    'ann',
  );
});
afterEach(async () => {
  await parts.stop();
  await fake?.down();
  fake = undefined;
  await storage.close();
  await rm(folder, { recursive: true });
});

async function addHost(number: number, role: NodeRole): Promise<void> {
  await storage.hosts.save(
    host('installed', {
      id: `h${number}` as HostId,
      name: `node${number}`,
      since: Date.now(),
      macs: [mac(`52:54:00:00:00:0${number}`)],
      assignment: { cluster: 'c1', role },
      install: { id: `i${number}`, medium: 'ol8', image: 'ock', attempts: 1, armedAt: 0, armedUntil: 0 },
    }),
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return found;
}

/** What kubeadm would start on the first node, with the authority that came in its Ignition config. */
async function startApi(): Promise<FakeKubernetes> {
  const { ca } = await new ClusterSecrets(storage.secrets).pki('c1');
  const request = { endpointHost: '127.0.0.1', serviceSubnet: '10.96.0.0/12' };
  const certificate = await new ForgePki(clock).createAdminCertificate(ca, request);
  fake = await FakeKubernetes.start({ ca, certificate, port });
  return fake;
}

async function fetchIgnition(number: number): Promise<string> {
  const token = await tokens.mint(`h${number}` as HostId, `i${number}`);
  const address = parseIpv4(`10.20.0.1${number}`);
  if (address === undefined) throw new Error('the test is wrong');
  const at = { server: address, port: 8080 };
  const answer = await parts.configs.fetch(token, address, undefined, at);
  return answer.kind === 'wait' ? `wait ${answer.reason}` : answer.config.body;
}

function nodeReady(api: FakeKubernetes, name: string): void {
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  api.seed({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status });
}

it('goes from the first Ignition config over addons and a join to nodes whose tokens are dead', async () => {
  expect(await fetchIgnition(2)).toMatch(/^wait for the first control plane/);
  expect(await fetchIgnition(1)).toContain('/etc/kubernetes/pki/ca.key');
  expect(await fetchIgnition(2)).toMatch(/^wait for the API server of c1 .*connection refused/);

  const api = await startApi();
  await vi.waitFor(
    async () => {
      await parts.lookAfterAddons();
      const states = await parts.work.addons.status(await parts.clusters.get('c1'));
      expect(states.map(({ state }) => state.kind)).toEqual(states.map(() => 'applied'));
    },
    { timeout: 20_000, interval: 500 },
  );
  expect((await parts.clusters.get('c1')).birth.kind).toBe('born');

  expect(await fetchIgnition(2)).not.toMatch(/^wait/);
  const tokensMade = (): number =>
    api.requests.filter((request) => /^POST .*\/secrets/.test(request)).length -
    api.requests.filter((request) => /^DELETE .*\/secrets/.test(request)).length;
  expect(tokensMade()).toBe(1);

  nodeReady(api, 'node1');
  nodeReady(api, 'node2');
  await parts.watch.check();
  expect(hosts.all().map(({ state }) => state)).toEqual(['active', 'active']);
  expect(tokensMade()).toBe(0);

  const { kubeconfig } = await parts.work.access.kubeconfig('c1', 3600, 'ann');
  expect(kubeconfig).toContain(`https://127.0.0.1:${port}`);
  expect(await parts.work.reader.state(await parts.clusters.get('c1'))).toMatchObject({ kind: 'answers' });

  await parts.work.departure.release('node2', {}, 'ann');
  expect(
    api.requests.some((request) => request.startsWith('DELETE') && request.includes('/nodes/node2')),
  ).toBe(true);
  await expect(parts.work.removal.remove('c1', {}, 'ann')).rejects.toMatchObject({ code: 'cluster-in-use' });
  await parts.work.removal.remove('c1', { force: true }, 'ann');
  expect(await storage.secrets.names('cluster/')).toEqual([]);
}, 60_000);

it('recovers a worker that is reset during its first boot, and says so', async () => {
  await fetchIgnition(1);
  const api = await startApi();
  await fetchIgnition(2);
  nodeReady(api, 'node2');
  expect(await fetchIgnition(2)).toContain('/etc/ocne/reset-kubeadm');
  expect(
    api.requests.some((request) => request.startsWith('DELETE') && request.includes('/nodes/node2')),
  ).toBe(true);
  // The log writes behind whoever tells it something.
  await vi.waitFor(async () => {
    const told = await storage.events.list({});
    expect(told.map(({ text }) => text).join('\n')).toContain('what kubeadm had begun there is undone first');
  });
}, 30_000);
