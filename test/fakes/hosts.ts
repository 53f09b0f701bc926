import type { Host, HostId, HostState, Install } from '../../src/domain/host/host.ts';
import { parseMac } from '../../src/protocol/address/mac.ts';
import type { MacAddress } from '../../src/protocol/address/mac.ts';

export function mac(text: string): MacAddress {
  const parsed = parseMac(text);
  if (parsed === undefined) throw new Error(`${text} is no MAC address`);
  return parsed;
}

export const MAC = mac('52:54:00:12:34:56');

export const INSTALL: Install = {
  id: 'i1',
  medium: 'ol8',
  image: 'ock',
  attempts: 0,
  armedAt: 0,
  armedUntil: 60_000,
};

/** A host in a state, with an install where that state has one. */
export function host(state: HostState, change: Partial<Host> = {}): Host {
  const installs = ['armed', 'installing', 'installed', 'igniting', 'joining', 'active'].includes(state);
  return {
    id: 'h1' as HostId,
    name: 'node1',
    state,
    since: 0,
    macs: [MAC],
    kernelArguments: [],
    labels: {},
    createdAt: 0,
    assignment: { cluster: 'c1', role: 'control-plane' },
    ...(installs ? { install: INSTALL } : {}),
    ...change,
  };
}
