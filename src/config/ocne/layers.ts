import { DEFAULT_KUBERNETES } from '../../domain/cluster/versions.ts';
import type { OcneSettings } from './schema.ts';

/** What `ocne` 2.3 has compiled in. */
export const COMPILED_DEFAULTS: OcneSettings = {
  name: 'ocne',
  registry: 'container-registry.oracle.com',
  kubernetesVersion: DEFAULT_KUBERNETES,
  osTag: DEFAULT_KUBERNETES,
  osRegistry: 'ostree-unverified-registry:container-registry.oracle.com/olcne/ock-ostree',
  bootVolumeContainerImage: 'docker://container-registry.oracle.com/olcne/ock',
  kubeApiServerBindPort: 6443,
  kubeApiServerBindPortAlt: 6444,
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/12',
  kubeProxyMode: 'iptables',
  headless: false,
  catalog: true,
  communityCatalog: false,
  certificateInformation: { country: 'US', org: 'OCNE', orgUnit: 'OCNE', state: 'TX' },
};

/**
 * Lays one layer over another as `ocne` does: a value wins only when it is not empty and not zero, a switch wins when
 * it is given, sections go field by field, `catalogs` and `applications` are appended.
 */
export function overlay(under: OcneSettings, over: OcneSettings): OcneSettings {
  return overlaySection(under, over);
}

function overlaySection(under: object, over: object): object {
  const result = new Map<string, unknown>(Object.entries(under));
  for (const [key, value] of Object.entries(over) as [string, unknown][]) {
    const below = result.get(key);
    if (value === undefined || value === '' || value === 0) continue;
    if (Array.isArray(value))
      result.set(key, [...(Array.isArray(below) ? (below as unknown[]) : []), ...(value as unknown[])]);
    else if (isSection(value)) result.set(key, overlaySection(isSection(below) ? below : {}, value));
    else result.set(key, value);
  }
  return Object.fromEntries(result);
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
