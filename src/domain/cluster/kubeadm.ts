import { stringify } from 'yaml';
import { hostPort } from './address.ts';
import type { ClusterConfig, Endpoint } from './config.ts';
import type { JoinSecrets } from './secrets.ts';
import type { KubernetesRelease } from './versions.ts';

/**
 * kubeadm's documents (`/etc/kubernetes/kubeadm.conf`). `ocne.sh` puts the node's address in place of `NODE_IP`, which
 * is known to the node alone.
 */
const NODE_IP = 'NODE_IP';
const IMAGE_REPOSITORY = 'container-registry.oracle.com/olcne';
const PATCHES = '/etc/ocne/ock/patches';

export interface KubeadmOptions {
  readonly release: KubernetesRelease;
  /** `ocne` lets every authenticated caller use the kubelet; we leave that to the API server's rules unless asked. */
  readonly kubeletAuthorization: 'AlwaysAllow' | 'Webhook';
  /** Further names and addresses for the API server's certificate. */
  readonly certSans: readonly string[];
}

type Arguments = Readonly<Record<string, string>>;
type Document = Readonly<Record<string, unknown>>;

/** InitConfiguration and ClusterConfiguration. A certificate key is there only when certificates are to be uploaded. */
export function initDocuments(
  config: ClusterConfig,
  options: KubeadmOptions,
  certificateKey?: string,
): string {
  const api = `kubeadm.k8s.io/${options.release.kubeadmApi}`;
  const init: Document = {
    apiVersion: api,
    kind: 'InitConfiguration',
    localAPIEndpoint: localEndpoint(config.endpoint),
    nodeRegistration: {
      kubeletExtraArgs: extraArgs(kubeletArgs(config, options, 'init'), options),
      // An empty list takes the control-plane taint away, so that a cluster without workers can run anything at all.
      taints: config.workerNodes === 0 ? [] : null,
    },
    ...(certificateKey === undefined ? {} : { certificateKey }),
    skipPhases: ['addon/kube-proxy', 'addon/coredns', 'preflight'],
    patches: { directory: PATCHES },
  };
  return yamlDocuments([init, clusterConfiguration(config, options, api)]);
}

/** What a node that joins has to know of its cluster. */
export type JoinSettings = Pick<ClusterConfig, 'endpoint' | 'cipherSuites' | 'kubeProxyMode'>;

/** JoinConfiguration; for a control plane also KubeProxyConfiguration, as `ocne` appends it. */
export function joinDocuments(
  config: JoinSettings,
  options: KubeadmOptions,
  secrets: JoinSecrets,
  role: { readonly kind: 'worker' } | { readonly kind: 'control-plane'; readonly certificateKey?: string },
): string {
  const { endpoint } = config;
  const join: Document = {
    apiVersion: `kubeadm.k8s.io/${options.release.kubeadmApi}`,
    kind: 'JoinConfiguration',
    ...(role.kind === 'worker'
      ? {}
      : {
          controlPlane: {
            localAPIEndpoint: localEndpoint(endpoint),
            ...(role.certificateKey === undefined ? {} : { certificateKey: role.certificateKey }),
          },
        }),
    nodeRegistration: {
      kubeletExtraArgs: extraArgs(kubeletArgs(config, options, 'join'), options),
      taints: null,
    },
    discovery: {
      bootstrapToken: {
        apiServerEndpoint: hostPort(endpoint.host, endpoint.port),
        token: secrets.bootstrapToken,
        caCertHashes: secrets.caCertHashes,
      },
    },
    patches: { directory: PATCHES },
    skipPhases: ['preflight'],
  };
  return yamlDocuments(role.kind === 'worker' ? [join] : [join, kubeProxyConfiguration(config)]);
}

function clusterConfiguration(config: ClusterConfig, options: KubeadmOptions, api: string): Document {
  const { release } = options;
  const component = {
    extraArgs: extraArgs({ 'tls-min-version': 'VersionTLS12', ...cipherSuites(config) }, options),
  };
  return {
    apiVersion: api,
    kind: 'ClusterConfiguration',
    apiServer: { ...(options.certSans.length === 0 ? {} : { certSANs: options.certSans }), ...component },
    controllerManager: component,
    scheduler: component,
    networking: { serviceSubnet: config.serviceSubnet, podSubnet: config.podSubnet },
    imageRepository: IMAGE_REPOSITORY,
    kubernetesVersion: release.kubernetes,
    controlPlaneEndpoint: hostPort(config.endpoint.host, config.endpoint.port),
    etcd: {
      local: {
        imageRepository: IMAGE_REPOSITORY,
        imageTag: release.etcd,
        extraArgs: extraArgs(
          {
            ...(config.cipherSuites === '' ? {} : { 'cipher-suites': config.cipherSuites }),
            'listen-metrics-urls': 'http://0.0.0.0:2381',
          },
          options,
        ),
        peerCertSANs: [],
      },
    },
    dns: { imageRepository: IMAGE_REPOSITORY, imageTag: release.coreDns },
  };
}

function kubeProxyConfiguration(config: JoinSettings): Document {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    metricsBindAddress: '0.0.0.0:10249',
    mode: config.kubeProxyMode,
  };
}

function localEndpoint(endpoint: Endpoint): Document {
  return { advertiseAddress: NODE_IP, bindPort: endpoint.apiServerPort };
}

function kubeletArgs(config: JoinSettings, options: KubeadmOptions, action: 'init' | 'join'): Arguments {
  return {
    'node-ip': NODE_IP,
    // ocne sets the minimum on the first node only.
    ...(action === 'init' ? { 'tls-min-version': 'VersionTLS12' } : {}),
    ...cipherSuites(config),
    // The wildcard, which Go opens for both families.
    address: '0.0.0.0',
    'authorization-mode': options.kubeletAuthorization,
    'volume-plugin-dir': '/var/lib/kubelet/volumeplugins',
  };
}

function cipherSuites(config: JoinSettings): Arguments {
  return config.cipherSuites === '' ? {} : { 'tls-cipher-suites': config.cipherSuites };
}

/** v1beta4 turned the maps of extra arguments into lists, so that a flag can be given twice. */
function extraArgs(args: Arguments, options: KubeadmOptions): unknown {
  if (options.release.kubeadmApi === 'v1beta3') return args;
  return Object.entries(args).map(([name, value]) => ({ name, value }));
}

function yamlDocuments(documents: readonly Document[]): string {
  return documents
    .map((document) => stringify(document, { indent: 4, lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
}
