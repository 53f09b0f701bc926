import type { IncomingMessage } from 'node:http';
import { UNSPECIFIED, parseIpv4 } from '../../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../../protocol/address/ipv4.ts';

/** Who asks and which address of ours it used: that one is known to be reachable, so URLs are made from it. */
export interface MachineAddress {
  readonly client: Ipv4Address;
  readonly server: Ipv4Address;
  readonly port: number;
}

/** From the connection itself; headers such as X-Forwarded-For are what a client likes to say and are not looked at. */
export function machineAddress({ socket }: IncomingMessage): MachineAddress {
  return {
    client: ipv4(socket.remoteAddress),
    server: ipv4(socket.localAddress),
    port: socket.localPort ?? 0,
  };
}

function ipv4(address: string | undefined): Ipv4Address {
  return parseIpv4(address?.replace(/^::ffff:/, '') ?? '') ?? UNSPECIFIED;
}
