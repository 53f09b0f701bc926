import { beforeEach, describe, expect, it } from 'vitest';
import { EjsTemplates } from '../../../../src/adapters/template/ejs-templates.ts';
import type { NodeHealth } from '../../../../src/domain/cluster/api.ts';
import { ClusterSecrets } from '../../../../src/domain/cluster/cluster-secrets.ts';
import { LateNodeConfigs } from '../../../../src/domain/cluster/late-node-configs.ts';
import type { NodeConfig } from '../../../../src/domain/cluster/node-configs.ts';
import type { ClusterBirth } from '../../../../src/domain/cluster/record.ts';
import { Problem } from '../../../../src/domain/error/problem.ts';
import type { HostId, NodeRole } from '../../../../src/domain/host/host.ts';
import { IgnitionConfig } from '../../../../src/protocol/ignition/config.ts';
import { decodeInline } from '../../../../src/protocol/ignition/data-url.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { host } from '../../../fakes/hosts.ts';
import { MemorySecretStore } from '../../../fakes/secret-store.ts';

const RESET = '/etc/ocne/reset-kubeadm';
const BORN: ClusterBirth = { kind: 'born', at: 0 };
const INITIALISING: ClusterBirth = { kind: 'initialising', host: 'h1' as HostId, since: 0 };

let node: NodeHealth;
let forgotten: string[];
let configs: LateNodeConfigs;

beforeEach(async () => {
  node = { kind: 'absent' };
  forgotten = [];
  const secrets = new ClusterSecrets(new MemorySecretStore());
  const pair = (name: string): { certificate: string; key: string } => ({
    certificate: `${name} certificate`,
    key: `${name} key`,
  });
  const serviceAccount = { publicKey: 'sa public', privateKey: 'sa private' };
  await secrets.keep('c1', {
    ca: pair('ca'),
    etcdCa: pair('etcd'),
    frontProxyCa: pair('front'),
    serviceAccount,
  });
  configs = new LateNodeConfigs({
    templates: new EjsTemplates('ignition-templates'),
    secrets,
    pki: { pinsOf: () => ['sha256:00'] },
    api: {
      node: () => Promise.resolve(node),
      forgetNode: (_cluster, name) => Promise.resolve(void forgotten.push(name)),
    },
    joinTokens: { issue: () => Promise.resolve('abcdef.0123456789abcdef') },
  });
});

interface Asked {
  readonly kind?: 'initialise' | 'join';
  readonly role?: NodeRole;
  readonly again?: boolean;
  readonly birth?: ClusterBirth;
  readonly virtualRouterId?: number;
}

function render({ kind = 'join', role = 'worker', again = false, ...more }: Asked): Promise<NodeConfig> {
  const cluster = { ...aCluster('c1'), birth: BORN, ...more };
  return configs.render({
    host: host('installed', { assignment: { cluster: 'c1', role } }),
    part: { kind, cluster },
    report: { url: 'http://10.20.0.1:8080/report', bootToken: 'boot-token' },
    networkInterface: 'eth0',
    again,
    accept: undefined,
  });
}

function file(config: NodeConfig, path: string): string | undefined {
  const { storage } = IgnitionConfig.parse(JSON.parse(config.body));
  const found = storage?.files?.find((one) => one.path === path);
  if (found === undefined) return undefined;
  const bytes = decodeInline(found.contents ?? {});
  return bytes === undefined ? '' : Buffer.from(bytes).toString();
}

describe('the Ignition config of a host that was reset during its first boot', () => {
  it('undoes what kubeadm began, and makes room for the node to join again', async () => {
    node = { kind: 'ready' };
    const config = await render({ again: true });
    expect(file(config, RESET)).toBe('');
    expect(config.resets).toBe(true);
    expect(forgotten).toEqual(['node1']);
  });

  it('begins the cluster anew while its API was never seen to answer', async () => {
    const config = await render({
      kind: 'initialise',
      role: 'control-plane',
      again: true,
      birth: INITIALISING,
    });
    expect(file(config, RESET)).toBe('');
  });

  it('never resets the host on which a born cluster lives', async () => {
    const config = await render({ kind: 'initialise', role: 'control-plane', again: true });
    expect(file(config, RESET)).toBeUndefined();
    expect(config.resets).toBe(false);
  });
});

describe('the Ignition config of a host that joins', () => {
  it('resets nothing at the first fetch', async () => {
    const config = await render({});
    expect(file(config, RESET)).toBeUndefined();
    expect(file(config, '/etc/kubernetes/kubeadm.conf')).toContain('abcdef.0123456789abcdef');
    expect(forgotten).toEqual([]);
  });

  it('forgets the node that the host was before its disk was erased', async () => {
    node = { kind: 'not-ready', reason: 'its kubelet has not reported' };
    await render({});
    expect(forgotten).toEqual(['node1']);
  });

  it('is held back while another machine runs under its name', async () => {
    node = { kind: 'ready' };
    const problem = await render({}).catch((thrown: unknown) => thrown);
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ code: 'not-yet', message: expect.stringContaining('node1') as string });
    expect(forgotten).toEqual([]);
  });

  it('gives a worker no key of any authority', async () => {
    const config = await render({});
    const { storage } = IgnitionConfig.parse(JSON.parse(config.body));
    expect(storage?.files?.filter(({ path }) => path.includes('/pki/'))).toEqual([]);
    expect(config.secrets).toEqual(['join-token', 'boot-token', 'password-hash']);
  });
});

it('uses the VRRP id that the cluster was given', async () => {
  const config = await render({ role: 'control-plane', virtualRouterId: 77 });
  expect(file(config, '/etc/keepalived/keepalived.conf')).toMatch(/virtual_router_id 77\b/);
});
