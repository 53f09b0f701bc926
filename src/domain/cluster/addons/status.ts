import type { Instant } from '../../time/clock.ts';
import type { Addon, Manifest } from './manifest.ts';

export type AddonState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'applying' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed'; readonly reason: string; readonly at: Instant };

export interface AddonStatus {
  readonly name: string;
  readonly title: string;
  readonly state: AddonState;
  /** How its pods are, such as "2 of 3 ready"; absent while the cluster does not say. */
  readonly pods?: string;
}

/** The object of an addon that runs pods. */
export function workloadOf(addon: Addon): Manifest | undefined {
  return addon.manifests.find(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');
}

/** "2 of 3 ready" out of a Deployment or DaemonSet as the cluster shows it. */
export function podsOf(workload: unknown): string {
  const status = part(workload, 'status');
  const ready = number(status, 'readyReplicas') ?? number(status, 'numberReady') ?? 0;
  const wanted = number(status, 'desiredNumberScheduled') ?? number(part(workload, 'spec'), 'replicas') ?? 0;
  return `${ready} of ${wanted} ready`;
}

function part(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function number(value: unknown, key: string): number | undefined {
  const found = part(value, key);
  return typeof found === 'number' ? found : undefined;
}
