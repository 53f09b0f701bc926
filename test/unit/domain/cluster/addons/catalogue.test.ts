import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EjsTemplates } from '../../../../../src/adapters/template/ejs-templates.ts';
import { addonsOf } from '../../../../../src/domain/cluster/addons/catalogue.ts';
import { addonInputs } from '../../../../../src/domain/cluster/addons/inputs.ts';
import type { Addon, Manifest } from '../../../../../src/domain/cluster/addons/manifest.ts';
import type { ClusterConfig } from '../../../../../src/domain/cluster/config.ts';
import { field, items, text } from '../../../../../src/adapters/kubernetes/object.ts';
import { aCluster } from '../../../../fakes/a-cluster.ts';
import { misfits } from './official-shape.ts';

const templates = new EjsTemplates('manifest-templates');
const BALANCER = { kind: 'load-balancer', host: 'api.example', port: 6443, apiServerPort: 6443 } as const;

function addons(
  config: Partial<ClusterConfig> = {},
  more: Parameters<typeof addonInputs>[1] = {},
): readonly Addon[] {
  const whole = { ...aCluster('c1').config, ...config };
  return addonsOf(whole, addonInputs(whole, more), templates);
}

function manifest(kind: string, name: string, from: readonly Addon[]): Manifest {
  const found = from
    .flatMap(({ manifests }) => manifests)
    .find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}

function container(workload: Manifest): unknown {
  return items(workload, 'spec', 'template', 'spec', 'containers')[0];
}

const SHAPES: readonly [string, Partial<ClusterConfig>][] = [
  ['IPv4 and a virtual IP', {}],
  ['a load balancer', { endpoint: BALANCER }],
  ['dual stack', { podSubnet: '10.244.0.0/16,fd00:10::/56', serviceSubnet: '10.96.0.0/12,fd00:96::/112' }],
  ['IPv6 alone', { podSubnet: 'fd00:10::/56', serviceSubnet: 'fd00:96::/112' }],
  ['ipvs', { kubeProxyMode: 'ipvs' }],
];

describe('the addons of a cluster', () => {
  it.each(SHAPES)('fit the types of the Kubernetes API: %s', (_, config) => {
    for (const one of addons(config).flatMap(({ manifests }) => manifests))
      expect(misfits(one, `V1${one.kind}`)).toEqual([]);
  });

  it('would not fit with a field misspelt or a number as text', () => {
    const spoilt = { kind: 'Service', spec: { clusterIp: '10.96.0.10', ports: [{ port: '53' }] } };
    expect(misfits(spoilt, 'V1Service')).toEqual([
      'V1Service.spec.clusterIp does not exist',
      'V1Service.spec.ports[0].port is no number',
    ]);
  });

  it('come in the order in which they can start, and only those that the cluster needs', () => {
    const names = (config: Partial<ClusterConfig>): string[] => addons(config).map(({ name }) => name);
    expect(names({})).toEqual(['kube-proxy', 'flannel', 'core-dns', 'ha-monitor']);
    expect(names({ cni: '' })).toContain('flannel');
    expect(names({ cni: 'none' })).not.toContain('flannel');
    expect(names({ endpoint: BALANCER })).not.toContain('ha-monitor');
  });

  it('make a namespace before anything is put into it', () => {
    const there = new Set(['default', 'kube-system']);
    for (const { kind, metadata } of addons().flatMap(({ manifests }) => manifests)) {
      if (metadata.namespace !== undefined) expect(there).toContain(metadata.namespace);
      if (kind === 'Namespace') there.add(metadata.name);
    }
  });

  it('use the images that OCK carries, whatever the registry, so that none is pulled', () => {
    const images = addons({ registry: 'registry.example:5000' })
      .flatMap(({ manifests }) => manifests)
      .map((one) => text(container(one), 'image'))
      .filter((image) => image !== undefined);
    expect(images.toSorted()).toEqual([
      'container-registry.oracle.com/olcne/coredns:current',
      'container-registry.oracle.com/olcne/flannel:current',
      'container-registry.oracle.com/olcne/kube-proxy:current',
      'container-registry.oracle.com/os/oraclelinux:8',
    ]);
  });

  it('take the tags that a node has where the release may lack "current"', () => {
    const repository = 'container-registry.oracle.com/olcne';
    const old = { kubernetesVersion: '1.29' };
    const preloaded = [`${repository}/kube-proxy:v1.29.14`, `${repository}/flannel:v0.22.3-2`];
    const image = (from: readonly Addon[], kind: string, name: string): string | undefined =>
      text(container(manifest(kind, name, from)), 'image');
    const listed = addons(old, { preloaded });
    expect(image(listed, 'DaemonSet', 'kube-proxy')).toBe(`${repository}/kube-proxy:v1.29.14`);
    expect(image(listed, 'DaemonSet', 'kube-flannel-ds')).toBe(`${repository}/flannel:v0.22.3-2`);
    expect(image(listed, 'Deployment', 'coredns')).toBe(`${repository}/coredns:v1.11.1`);
    const newer = addons(old, { preloaded: [...preloaded, `${repository}/kube-proxy:current`] });
    expect(image(newer, 'DaemonSet', 'kube-proxy')).toBe(`${repository}/kube-proxy:current`);
  });
});

describe('kube-proxy', () => {
  const configOf = (config: Partial<ClusterConfig>): unknown =>
    parse(text(manifest('ConfigMap', 'kube-proxy', addons(config)), 'data', 'config.conf') ?? '');

  it('knows the pods by the pod subnet, not by the service subnet', () => {
    expect(configOf({})).toMatchObject({
      clusterCIDR: '10.244.0.0/16',
      mode: 'iptables',
      bindAddress: '0.0.0.0',
    });
    const dual = { podSubnet: '10.244.0.0/16, fd00:10::/56', serviceSubnet: '10.96.0.0/12,fd00:96::/112' };
    expect(configOf(dual)).toMatchObject({ clusterCIDR: '10.244.0.0/16,fd00:10::/56' });
    expect(configOf({ podSubnet: 'fd00:10::/56' })).toMatchObject({
      bindAddress: '::',
      metricsBindAddress: '[::]:10249',
    });
  });

  it('reaches the API at the address of the cluster', () => {
    const endpoint = { kind: 'virtual-ip', host: 'fd00::10', port: 7443, apiServerPort: 6444 } as const;
    const data =
      text(manifest('ConfigMap', 'kube-proxy', addons({ endpoint })), 'data', 'kubeconfig.conf') ?? '';
    expect(field(parse(data), 'clusters', 0, 'cluster', 'server')).toBe('https://[fd00::10]:7443');
  });

  it('is restarted when its configuration changes, and only then', () => {
    const checksum = (config: Partial<ClusterConfig>): unknown =>
      field(
        manifest('DaemonSet', 'kube-proxy', addons(config)),
        'spec',
        'template',
        'metadata',
        'annotations',
      );
    expect(checksum({})).toEqual(checksum({ workerNodes: 9 }));
    expect(checksum({})).not.toEqual(checksum({ kubeProxyMode: 'ipvs' }));
  });
});

describe('CoreDNS', () => {
  it.each([
    ['10.96.0.0/12', '10.96.0.10'],
    ['10.100.7.32/27', '10.100.7.42'],
    ['172.30.99.1/16', '172.30.0.10'],
    ['fd00:96::/112', 'fd00:96::a'],
  ])('of the services %s is at %s, where kubeadm tells kubelets to look', (serviceSubnet, address) => {
    expect(field(manifest('Service', 'kube-dns', addons({ serviceSubnet })), 'spec', 'clusterIP')).toBe(
      address,
    );
  });

  it('has both families where the cluster has', () => {
    const spec = (serviceSubnet: string): unknown =>
      field(manifest('Service', 'kube-dns', addons({ serviceSubnet })), 'spec');
    expect(spec('10.96.0.0/12,fd00:96::/112')).toMatchObject({
      clusterIP: '10.96.0.10',
      ipFamilyPolicy: 'PreferDualStack',
    });
    expect(spec('10.96.0.0/12')).not.toHaveProperty('ipFamilyPolicy');
  });
});

describe('flannel', () => {
  const network = (podSubnet: string): unknown =>
    JSON.parse(
      text(manifest('ConfigMap', 'kube-flannel-cfg', addons({ podSubnet })), 'data', 'net-conf.json') ?? '',
    );

  it('makes a VXLAN of the pod subnets', () => {
    const Backend = { Type: 'vxlan' };
    expect(network('10.244.0.0/16')).toEqual({ Network: '10.244.0.0/16', Backend });
    expect(network('10.244.0.0/16,fd00:10::/56')).toEqual({
      Network: '10.244.0.0/16',
      EnableIPv6: true,
      IPv6Network: 'fd00:10::/56',
      Backend,
    });
    expect(network('fd00:10::/56')).toEqual({
      EnableIPv4: false,
      EnableIPv6: true,
      IPv6Network: 'fd00:10::/56',
      Backend,
    });
  });

  const interfaces = (config: Partial<ClusterConfig>): unknown[] => {
    const made = addons(config, { networkInterfaces: ['eno1', 'enp1s0'] });
    const command = items(container(manifest('DaemonSet', 'kube-flannel-ds', made)), 'command');
    return command.filter((word) => String(word).startsWith('--iface'));
  };

  it('uses the interface that has the address of the node', () => {
    expect(interfaces({})).toEqual(['--iface=$(HOST_IP)']);
    expect(interfaces({ podSubnet: 'fd00:10::/56' })).toEqual(['--iface=$(HOST_IP)']);
  });

  it('goes by names with two families: that of the cluster file first, then those of its hosts', () => {
    expect(interfaces({ podSubnet: '10.244.0.0/16,fd00:10::/56' })).toEqual([
      '--iface=enp1s0',
      '--iface=eno1',
    ]);
  });
});

describe('the HA monitor', () => {
  it('runs on control planes, and asks the API server of its own host', () => {
    const daemonSet = manifest('DaemonSet', 'ocne-ha-monitor', addons());
    expect(field(daemonSet, 'spec', 'template', 'spec', 'nodeSelector')).toEqual({
      'node-role.kubernetes.io/control-plane': '',
    });
    const kubeconfig = text(manifest('ConfigMap', 'ocne-ha-monitor', addons()), 'data', 'kubeconfig') ?? '';
    expect(field(parse(kubeconfig), 'clusters', 0, 'cluster', 'server')).toBe('https://localhost:6444');
  });

  it('may read who serves the API, and nothing else', () => {
    const role = manifest('Role', 'ocne-ha-monitor', addons());
    expect(role.metadata.namespace).toBe('default');
    expect(role['rules']).toEqual([
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list'] },
    ]);
  });
});
