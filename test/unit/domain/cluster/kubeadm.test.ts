import { describe, expect, test } from 'vitest';
import { RELEASES } from '../../../../src/domain/cluster/versions.ts';
import {
  APPLIANCE_ROLES,
  CERTIFICATE_KEY,
  ROLES,
  clusterOf,
  kubeadmOf,
  render,
  textOf,
} from './rendering.ts';

const KUBELET = {
  'node-ip': 'NODE_IP',
  address: '0.0.0.0',
  'authorization-mode': 'AlwaysAllow',
  'volume-plugin-dir': '/var/lib/kubelet/volumeplugins',
};
const TLS = { 'tls-min-version': 'VersionTLS12' };
const REPOSITORY = 'container-registry.oracle.com/olcne';
const PATCHES = { directory: '/etc/ocne/ock/patches' };

describe('kubeadm.conf of ocne 2.3', () => {
  test('of the first node', () => {
    expect(kubeadmOf(render(ROLES.init, { strict: true }).config)).toEqual([
      {
        apiVersion: 'kubeadm.k8s.io/v1beta3',
        kind: 'InitConfiguration',
        localAPIEndpoint: { advertiseAddress: 'NODE_IP', bindPort: 6444 },
        nodeRegistration: { kubeletExtraArgs: { ...KUBELET, ...TLS }, taints: [] },
        certificateKey: CERTIFICATE_KEY,
        skipPhases: ['addon/kube-proxy', 'addon/coredns', 'preflight'],
        patches: PATCHES,
      },
      {
        apiVersion: 'kubeadm.k8s.io/v1beta3',
        kind: 'ClusterConfiguration',
        apiServer: { extraArgs: TLS },
        controllerManager: { extraArgs: TLS },
        scheduler: { extraArgs: TLS },
        networking: { serviceSubnet: '10.96.0.0/12', podSubnet: '10.244.0.0/16' },
        imageRepository: REPOSITORY,
        kubernetesVersion: '1.33.5',
        controlPlaneEndpoint: '192.168.124.230:6443',
        etcd: {
          local: {
            imageRepository: REPOSITORY,
            imageTag: '3.5.23',
            extraArgs: { 'listen-metrics-urls': 'http://0.0.0.0:2381' },
            peerCertSANs: [],
          },
        },
        dns: { imageRepository: REPOSITORY, imageTag: 'current' },
      },
    ]);
  });

  test('of a further control plane behind a load balancer', () => {
    const cluster = clusterOf({
      loadBalancer: 'lb.example.com',
      kubeApiServerBindPort: 8443,
      kubeProxyMode: 'ipvs',
    });
    expect(kubeadmOf(render(ROLES['control-plane-join'], { cluster, strict: true }).config)).toEqual([
      {
        apiVersion: 'kubeadm.k8s.io/v1beta3',
        kind: 'JoinConfiguration',
        controlPlane: {
          localAPIEndpoint: { advertiseAddress: 'NODE_IP', bindPort: 8443 },
          certificateKey: CERTIFICATE_KEY,
        },
        nodeRegistration: { kubeletExtraArgs: KUBELET, taints: null },
        discovery: {
          bootstrapToken: {
            apiServerEndpoint: 'lb.example.com:8443',
            token: 'abcdef.0123456789abcdef',
            caCertHashes: [`sha256:${'ab'.repeat(32)}`],
          },
        },
        patches: PATCHES,
        skipPhases: ['preflight'],
      },
      {
        apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
        kind: 'KubeProxyConfiguration',
        metricsBindAddress: '0.0.0.0:10249',
        mode: 'ipvs',
      },
    ]);
  });

  test('of a worker has one document and nothing of a control plane', () => {
    const documents = kubeadmOf(render(ROLES['worker-join'], { strict: true }).config);
    expect(documents).toHaveLength(1);
    expect(documents[0]).not.toHaveProperty('controlPlane');
  });

  test('keeps the control-plane taint when workers are expected', () => {
    const [init] = kubeadmOf(render(ROLES.init, { cluster: clusterOf({ workerNodes: 1 }) }).config);
    expect(init).toMatchObject({ nodeRegistration: { taints: null } });
  });

  test('is indented by four blanks and keeps versions as text', () => {
    const text = textOf(render(ROLES.init).config, '/etc/kubernetes/kubeadm.conf');
    expect(text).toMatch(/^localAPIEndpoint:\n {4}advertiseAddress: NODE_IP\n {4}bindPort: 6444\n/m);
    expect(text.split('\n---\n')).toHaveLength(2);
  });
});

describe('cipher suites', () => {
  test('reach the kubelet, the components and etcd', () => {
    const cipherSuites = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_AES_128_GCM_SHA256';
    const cluster = clusterOf({ cipherSuites });
    const [init, configuration] = kubeadmOf(render(ROLES.init, { cluster }).config);
    const suites = { extraArgs: { 'tls-cipher-suites': cipherSuites } };
    expect(init).toMatchObject({
      nodeRegistration: { kubeletExtraArgs: { 'tls-cipher-suites': cipherSuites } },
    });
    expect(configuration).toMatchObject({
      apiServer: suites,
      controllerManager: suites,
      scheduler: suites,
      etcd: { local: { extraArgs: { 'cipher-suites': cipherSuites } } },
    });
  });
});

describe('where we differ from ocne on purpose', () => {
  test('the kubelet asks the API server who may use it', () => {
    const [init] = kubeadmOf(render(ROLES.init).config);
    expect(init).toMatchObject({
      nodeRegistration: { kubeletExtraArgs: { 'authorization-mode': 'Webhook' } },
    });
  });

  test('further names of the API server can be certified', () => {
    const [, configuration] = kubeadmOf(render(ROLES.init, { certSans: ['api.example.com'] }).config);
    expect(configuration).toMatchObject({ apiServer: { certSANs: ['api.example.com'] } });
  });
});

describe('v1beta4, from 1.34 on', () => {
  const cluster = clusterOf({ kubernetesVersion: '1.34' });

  test('writes extra arguments as lists of name and value', () => {
    const [init, configuration] = kubeadmOf(render(APPLIANCE_ROLES.init, { cluster }).config);
    expect(init).toMatchObject({
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      nodeRegistration: {
        kubeletExtraArgs: [
          { name: 'node-ip', value: 'NODE_IP' },
          { name: 'tls-min-version', value: 'VersionTLS12' },
          { name: 'address', value: '0.0.0.0' },
          { name: 'authorization-mode', value: 'Webhook' },
          { name: 'volume-plugin-dir', value: '/var/lib/kubelet/volumeplugins' },
        ],
      },
    });
    expect(configuration).toMatchObject({
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      apiServer: { extraArgs: [{ name: 'tls-min-version', value: 'VersionTLS12' }] },
      etcd: { local: { extraArgs: [{ name: 'listen-metrics-urls', value: 'http://0.0.0.0:2381' }] } },
    });
  });

  test('is not what ocne 2.3 knows', () => {
    expect(() => render(ROLES.init, { cluster, strict: true })).toThrow(
      'No Kubernetes version available for 1.34',
    );
  });
});

/** Every release, endpoint, role, proxy and family: the table that the issue asks for. */
const FAMILIES = {
  ipv4: {},
  ipv6: { podSubnet: 'fd00:244::/56', serviceSubnet: 'fd00:96::/112' },
  dual: { podSubnet: '10.244.0.0/16,fd00:244::/56', serviceSubnet: '10.96.0.0/12,fd00:96::/112' },
} as const;

const TABLE = RELEASES.flatMap((release) =>
  (['virtual-ip', 'load-balancer'] as const).flatMap((endpoint) =>
    (['init', 'control-plane-join', 'worker-join'] as const).flatMap((role) =>
      [true, false].flatMap((proxied) =>
        (['ipv4', 'ipv6', 'dual'] as const).map((family) => ({ release, endpoint, role, proxied, family })),
      ),
    ),
  ),
);

test.each(TABLE)(
  '$release.alias $endpoint $role proxy=$proxied $family',
  ({ release, endpoint, role, proxied, family }) => {
    const host = family === 'ipv6' ? 'fd00::10' : '192.168.124.230';
    const cluster = clusterOf({
      kubernetesVersion: release.alias,
      ...(endpoint === 'virtual-ip' ? { virtualIp: host } : { loadBalancer: host }),
      ...FAMILIES[family],
      ...(proxied ? { proxy: { httpsProxy: 'http://p.example:3128', noProxy: '.example' } } : {}),
    });
    const { config } = render(ROLES[role], { cluster });
    const documents = kubeadmOf(config);
    const address = family === 'ipv6' ? '[fd00::10]:6443' : '192.168.124.230:6443';
    const bindPort = endpoint === 'virtual-ip' ? 6444 : 6443;
    expect(documents[0]).toMatchObject({ apiVersion: `kubeadm.k8s.io/${release.kubeadmApi}` });
    if (role === 'init') {
      expect(documents).toHaveLength(2);
      expect(documents[0]).toMatchObject({ localAPIEndpoint: { bindPort } });
      expect(documents[1]).toMatchObject({
        kubernetesVersion: release.kubernetes,
        controlPlaneEndpoint: address,
        networking: { podSubnet: cluster.podSubnet, serviceSubnet: cluster.serviceSubnet },
        etcd: { local: { imageTag: release.etcd } },
        dns: { imageTag: release.coreDns },
      });
    } else {
      expect(documents).toHaveLength(role === 'worker-join' ? 1 : 2);
      expect(documents[0]).toMatchObject({ discovery: { bootstrapToken: { apiServerEndpoint: address } } });
    }
    expect(textOf(config, '/etc/ocne/update.yaml')).toContain(`tag: ${release.alias}\n`);
    const names = config.systemd?.units?.map((unit) => unit.name) ?? [];
    expect(names.includes('keepalived.service')).toBe(endpoint === 'virtual-ip' && role !== 'worker-join');
    const drops = JSON.stringify(config.systemd);
    expect(drops.includes('HTTPS_PROXY=http://p.example:3128')).toBe(proxied);
    expect(drops).toContain(
      `${proxied ? '.example,' : ''}${host},${cluster.serviceSubnet},${cluster.podSubnet}`,
    );
    expect(textOf(config, '/etc/ocne/ocne.sh')).toContain(family === 'ipv6' ? 'ip -o -6 ' : 'ip -o -4 ');
  },
);
