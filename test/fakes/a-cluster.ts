import type { Cluster } from '../../src/domain/cluster/record.ts';

/** A cluster that nobody started yet, every field of its config set. */
export function aCluster(name: string): Cluster {
  return {
    name,
    source: `provider: byo\nname: ${name}\n`,
    extra: [],
    birth: { kind: 'unborn' },
    createdAt: 1_000,
    config: {
      name,
      kubernetesVersion: '1.31',
      osTag: '1.31',
      osRegistry: 'ostree-unverified-registry:container-registry.oracle.com/olcne/ock-ostree',
      registry: 'container-registry.oracle.com',
      endpoint: { kind: 'virtual-ip', host: '10.20.0.10', port: 6443, apiServerPort: 6444 },
      podSubnet: '10.244.0.0/16',
      serviceSubnet: '10.96.0.0/12',
      kubeProxyMode: 'iptables',
      cni: 'flannel',
      proxy: { httpsProxy: '', httpProxy: '', noProxy: '' },
      certificateInformation: { country: 'US', org: 'OCNE', orgUnit: 'OCNE', state: 'TX' },
      cipherSuites: '',
      controlPlaneNodes: 1,
      workerNodes: 1,
      sshPublicKey: '',
      password: '$6$hash',
      extraIgnition: '',
      extraIgnitionInline: '',
      byo: { networkInterface: 'enp1s0', automaticTokenCreation: false },
      addons: { headless: false, catalog: true, communityCatalog: false, catalogs: [], applications: [] },
    },
  };
}
