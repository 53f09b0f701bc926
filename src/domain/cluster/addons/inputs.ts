import type { ClusterConfig, Endpoint } from '../config.ts';
import { familyOf } from '../address.ts';
import type { Family } from '../address.ts';
import { releaseOf } from '../versions.ts';

/**
 * Where the images of OCK's own store are from. The names must be these whatever the registry of the cluster: the
 * images come with the operating system under these names, and only so does a node start without any registry.
 */
const PRELOADED = 'container-registry.oracle.com';

/** Everything that the addons of one cluster depend on. */
export interface AddonInputs {
  readonly images: AddonImages;
  readonly endpoint: Endpoint;
  readonly podSubnets: readonly string[];
  readonly serviceSubnets: readonly string[];
  readonly kubeProxyMode: 'iptables' | 'ipvs';
  /** Tried in order by flannel in a dual-stack cluster; hosts of one cluster may name theirs differently. */
  readonly networkInterfaces: readonly string[];
}

export interface AddonImages {
  readonly coreDns: string;
  readonly kubeProxy: string;
  readonly flannel: string;
  /** Of the HA monitor; a base image with bash. */
  readonly base: string;
}

/** @param preloaded names of images that a control plane has, which only images before 1.31 are looked up in */
export function addonInputs(
  config: ClusterConfig,
  more: { readonly networkInterfaces?: readonly string[]; readonly preloaded?: readonly string[] } = {},
): AddonInputs {
  const interfaces = [config.byo.networkInterface, ...(more.networkInterfaces ?? [])];
  return {
    images: imagesOf(config, more.preloaded ?? []),
    endpoint: config.endpoint,
    podSubnets: subnets(config.podSubnet),
    serviceSubnets: subnets(config.serviceSubnet),
    kubeProxyMode: config.kubeProxyMode,
    networkInterfaces: [...new Set(interfaces)].filter((name) => name !== ''),
  };
}

/** Whether a cluster's images may lack the tag `current`, so that a node must be asked which ones it has. */
export function needsPreloaded(config: ClusterConfig): boolean {
  return releaseOf(config.kubernetesVersion)?.coreDns !== 'current';
}

function imagesOf(config: ClusterConfig, preloaded: readonly string[]): AddonImages {
  const image = (name: string, legacy?: string): string => {
    const repository = `${PRELOADED}/olcne/${name}`;
    const current = `${repository}:current`;
    if (!needsPreloaded(config) || preloaded.includes(current)) return current;
    const there = preloaded.find((one) => one.startsWith(`${repository}:`));
    return there ?? (legacy === undefined ? current : `${repository}:${legacy}`);
  };
  const release = releaseOf(config.kubernetesVersion);
  return {
    coreDns: image('coredns', release?.coreDns),
    kubeProxy: image('kube-proxy', release === undefined ? undefined : `v${release.kubernetes}`),
    flannel: image('flannel'),
    base: `${PRELOADED}/os/oraclelinux:8`,
  };
}

/** The first subnet of a family in a list. */
export function subnetOf(subnetList: readonly string[], family: Family): string | undefined {
  return subnetList.find((subnet) => familyOf(subnet.split('/')[0] ?? '') === family);
}

function subnets(text: string): string[] {
  return text
    .split(',')
    .map((subnet) => subnet.trim())
    .filter((subnet) => subnet !== '');
}
