import type { Host, HostId } from '../../src/domain/host/host.ts';
import { macFromBytes } from '../../src/protocol/address/mac.ts';

let made = 0;

/** A registered host that clashes with no other one made here. */
export function aHost(change: Partial<Host> = {}): Host {
  made += 1;
  const mac = macFromBytes(Uint8Array.from([0x52, 0x54, 0, made >> 16, made >> 8, made]));
  if (mac === undefined) throw new Error('Six bytes are a MAC address.');
  return {
    id: `host-id-${made}` as HostId,
    name: `host-${made}`,
    state: 'registered',
    since: 1_000,
    macs: [mac],
    kernelArguments: [],
    labels: {},
    createdAt: 1_000,
    ...change,
  };
}
