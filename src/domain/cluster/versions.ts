/** What one Kubernetes minor version means in kubeadm documents. */
export interface KubernetesRelease {
  /** Major and minor, as users write it. */
  readonly alias: string;
  /** The full version that goes into ClusterConfiguration. The image overrides what really runs (OCK's patches). */
  readonly kubernetes: string;
  readonly pause: string;
  readonly etcd: string;
  readonly coreDns: string;
  /** The API generation of the kubeadm documents. */
  readonly kubeadmApi: 'v1beta3' | 'v1beta4';
  /** Whether `ocne` 2.3 knows it. */
  readonly inOcne: boolean;
}

function release(
  alias: string,
  kubernetes: string,
  tags: { pause: string; etcd: string; coreDns: string },
  later: { kubeadmApi: 'v1beta3' | 'v1beta4'; inOcne: boolean } = { kubeadmApi: 'v1beta3', inOcne: true },
): KubernetesRelease {
  return { alias, kubernetes, ...tags, ...later };
}

const BETA4 = { kubeadmApi: 'v1beta4', inOcne: false } as const;

/**
 * The table of `ocne` 2.3 (pkg/catalog/versions). 1.34 and 1.35 carry the tags of upstream kubeadm, because the images
 * of the 2.4 line are not published here; kubeadm deprecated v1beta3 in 1.31, so they use v1beta4.
 */
export const RELEASES: readonly KubernetesRelease[] = [
  release('1.26', '1.26.6', { pause: '3.9', etcd: '3.5.6', coreDns: 'v1.9.3-4' }),
  release('1.27', '1.27.12', { pause: '3.9', etcd: '3.5.10', coreDns: 'v1.10.1' }),
  release('1.28', '1.28.8', { pause: '3.9', etcd: '3.5.10', coreDns: 'v1.10.1-1' }),
  release('1.29', '1.29.3', { pause: '3.9', etcd: '3.5.10', coreDns: 'v1.11.1' }),
  release('1.30', '1.30.3', { pause: '3.9', etcd: '3.5.12', coreDns: 'v1.11.1' }),
  release('1.31', '1.31.0', { pause: '3.10', etcd: '3.5.15', coreDns: 'current' }),
  release('1.32', '1.32.0', { pause: '3.10', etcd: '3.5.15', coreDns: 'current' }),
  release('1.33', '1.33.5', { pause: '3.10', etcd: '3.5.23', coreDns: 'current' }),
  release('1.34', '1.34.0', { pause: '3.10.1', etcd: '3.6.4', coreDns: 'current' }, BETA4),
  release('1.35', '1.35.0', { pause: '3.10.1', etcd: '3.6.6', coreDns: 'current' }, BETA4),
];

export const DEFAULT_KUBERNETES = '1.33';

/** The release of `1.33` or `1.33.5`; undefined when the table has neither. */
export function releaseOf(version: string): KubernetesRelease | undefined {
  return RELEASES.find((entry) => entry.alias === version || entry.kubernetes === version);
}
