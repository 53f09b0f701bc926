import { Problem } from '../../domain/error/problem.ts';
import { familyOf, isCidr, isHostName } from '../../domain/cluster/address.ts';
import { parseOsRegistry } from '../../domain/cluster/os-reference.ts';
import { DEFAULT_KUBERNETES, releaseOf } from '../../domain/cluster/versions.ts';
import type { ClusterConfig, Endpoint } from '../../domain/cluster/config.ts';
import type { OcneSettings } from './schema.ts';

export interface ResolveOptions {
  /** `required` where one node is rendered from the file alone; an appliance knows the interface of each host. */
  readonly networkInterface: 'required' | 'per-host';
  /** Accept only what `ocne` 2.3 knows. */
  readonly strict?: boolean;
  /** The key that stands in `sshPublicKeyPath`, already read. */
  readonly sshPublicKeyFromFile?: string;
}

/**
 * Turns settings into a cluster, or refuses the combination; where `ocne` refuses it too, in the same words. Nothing has
 * been written by then, so a refused file leaves no trace.
 *
 * @throws Problem `cluster-invalid`
 */
export function resolveCluster(settings: OcneSettings, options: ResolveOptions): ClusterConfig {
  const provider = settings.provider ?? '';
  if (provider !== 'byo')
    throw refuse(
      provider === ''
        ? 'The cluster file names no provider, which means libvirt.'
        : `The provider ${provider} is not one that starts clusters on hosts of your own.`,
      'Set `provider: byo` in the cluster file, or give --provider byo.',
    );
  const endpoint = endpointOf(settings);
  const networkInterface = settings.providers?.byo?.networkInterface ?? '';
  if (networkInterface === '' && options.networkInterface === 'required')
    throw refuse(
      'A network interface must be provided',
      'Set `providers.byo.networkInterface` to the interface that carries the address of the node.',
    );
  const kubernetesVersion = (settings.kubernetesVersion ?? DEFAULT_KUBERNETES).replace(/^v/, '');
  const release = releaseOf(kubernetesVersion);
  if (release === undefined || (options.strict === true && !release.inOcne))
    throw refuse(`No Kubernetes version available for ${kubernetesVersion}`);

  return {
    name: nameOf(settings.name ?? 'ocne'),
    kubernetesVersion,
    // A tag left at its default follows the Kubernetes version.
    osTag: settings.osTag === DEFAULT_KUBERNETES ? kubernetesVersion : (settings.osTag ?? kubernetesVersion),
    osRegistry: osRegistryOf(settings.osRegistry ?? ''),
    registry: registryOf(settings.registry ?? ''),
    endpoint,
    podSubnet: subnetsOf('podSubnet', settings.podSubnet ?? ''),
    serviceSubnet: subnetsOf('serviceSubnet', settings.serviceSubnet ?? ''),
    kubeProxyMode: settings.kubeProxyMode === 'ipvs' ? 'ipvs' : 'iptables',
    cni: settings.cni ?? '',
    proxy: {
      httpsProxy: settings.proxy?.httpsProxy ?? '',
      httpProxy: settings.proxy?.httpProxy ?? '',
      noProxy: settings.proxy?.noProxy ?? '',
    },
    certificateInformation: {
      country: settings.certificateInformation?.country ?? '',
      org: settings.certificateInformation?.org ?? '',
      orgUnit: settings.certificateInformation?.orgUnit ?? '',
      state: settings.certificateInformation?.state ?? '',
    },
    cipherSuites: cipherSuitesOf(settings.cipherSuites ?? ''),
    controlPlaneNodes: Math.max(1, settings.controlPlaneNodes ?? 1),
    workerNodes: settings.workerNodes ?? 0,
    // The key in the file wins over the path of one.
    sshPublicKey: settings.sshPublicKey ?? options.sshPublicKeyFromFile ?? '',
    password: settings.password ?? '',
    extraIgnition: settings.extraIgnition ?? '',
    extraIgnitionInline: settings.extraIgnitionInline ?? '',
    byo: {
      networkInterface,
      automaticTokenCreation: settings.providers?.byo?.automaticTokenCreation ?? false,
    },
    addons: {
      headless: settings.headless ?? false,
      catalog: settings.catalog ?? true,
      communityCatalog: settings.communityCatalog ?? false,
      catalogs: settings.catalogs ?? [],
      applications: settings.applications ?? [],
    },
  };
}

function endpointOf(settings: OcneSettings): Endpoint {
  const virtualIp = settings.virtualIp ?? '';
  const loadBalancer = settings.loadBalancer ?? '';
  const port = settings.kubeApiServerBindPort ?? 6443;
  const alternative = settings.kubeApiServerBindPortAlt ?? 6444;
  if (virtualIp === '' && loadBalancer === '') throw refuse('A virtual IP or load balancer is required');
  if (virtualIp !== '' && loadBalancer !== '')
    throw refuse('Can not specify both virtual IP and load balancer');
  if (loadBalancer !== '') {
    if (familyOf(loadBalancer) === undefined && !isHostName(loadBalancer))
      throw refuse(`loadBalancer: ${JSON.stringify(loadBalancer)} is neither an address nor a host name`);
    return { kind: 'load-balancer', host: loadBalancer, port, apiServerPort: port };
  }
  if (familyOf(virtualIp) === undefined)
    throw refuse(`virtualIp: ${JSON.stringify(virtualIp)} is not an IP address`);
  if (port === alternative)
    throw refuse(
      `kubeApiServerBindPort and kubeApiServerBindPortAlt are both ${port}; with a virtual IP they must differ`,
    );
  return { kind: 'virtual-ip', host: virtualIp, port, apiServerPort: alternative };
}

function nameOf(name: string): string {
  // The name becomes part of a file name and of object names in the cluster.
  if (!/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(name))
    throw refuse(
      `name: ${JSON.stringify(name.slice(0, 80))} may hold letters, digits, dots and hyphens, at most 63`,
    );
  return name;
}

function osRegistryOf(text: string): string {
  const reference = parseOsRegistry(text);
  if (typeof reference === 'string') throw refuse(reference);
  return text;
}

function registryOf(text: string): string {
  if (!/^[\w.-]+(:\d{1,5})?(\/[\w.-]+)*$/.test(text))
    throw refuse(`registry: ${JSON.stringify(text)} is not a registry, such as registry.example:5000`);
  return text;
}

function subnetsOf(field: string, text: string): string {
  const subnets = text.split(',');
  if (subnets.length > 2 || !subnets.every(isCidr))
    throw refuse(
      `${field}: ${JSON.stringify(text)} is not a subnet or a pair of them, such as 10.96.0.0/12,fd00:10:96::/112`,
    );
  const families = subnets.map((subnet) => familyOf(subnet.split('/')[0] ?? ''));
  if (families.length === 2 && families[0] === families[1])
    throw refuse(`${field}: both subnets are ${families[0] ?? ''}; dual stack takes one of each family`);
  return text;
}

function cipherSuitesOf(text: string): string {
  if (!/^(\w+(,\w+)*)?$/.test(text))
    throw refuse(`cipherSuites: ${JSON.stringify(text)} is not a comma list of cipher suite names`);
  return text;
}

function refuse(message: string, remedy?: string): Problem {
  return new Problem('cluster-invalid', message, remedy === undefined ? {} : { remedy });
}
