import type { Cluster } from './record.ts';

/** `ocne`'s, for every cluster. */
export const DEFAULT_ROUTER_ID = 51;
const LAST_ROUTER_ID = 255;

/**
 * A VRRP id for a cluster with a virtual IP: `ocne`'s own where it is free, so that a lone cluster is like one of theirs;
 * the next free one where another cluster of the appliance has it.
 */
export function freeRouterId(clusters: readonly Cluster[]): number {
  const taken = new Set(
    clusters
      .filter(({ config }) => config.endpoint.kind === 'virtual-ip')
      .map(({ virtualRouterId }) => virtualRouterId ?? DEFAULT_ROUTER_ID),
  );
  for (let id = DEFAULT_ROUTER_ID; id <= LAST_ROUTER_ID; id += 1) if (!taken.has(id)) return id;
  for (let id = 1; id < DEFAULT_ROUTER_ID; id += 1) if (!taken.has(id)) return id;
  return DEFAULT_ROUTER_ID;
}
