import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { Problem } from '../../domain/error/problem.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';

/**
 * dgram asks a resolver about every destination, literal addresses included, and by default answers itself in a later
 * tick. Ours are always literal, so the answer is given at once; it also keeps bind() synchronous.
 */
function literal(
  hostname: string,
  options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, hostname, 4);
}

/**
 * A socket bound to exactly this address, so that packets leave from the address the client talks to. Port 0 lets the
 * kernel choose at random, which is what RFC 1350 §4 asks of a transfer identifier. Rejects with a Problem.
 */
export async function openSocket(address: Ipv4Address, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', lookup: literal });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address, port, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return socket;
  } catch (error) {
    socket.close();
    throw bindProblem(address, port, error);
  }
}

function bindProblem(address: Ipv4Address, port: number, cause: unknown): Problem {
  const at = `TFTP on ${address} port ${port}`;
  switch (cause instanceof Error && 'code' in cause ? cause.code : undefined) {
    case 'EADDRINUSE':
      return new Problem('port-in-use', `${at}: another program has this port.`, { cause });
    case 'EACCES':
      return new Problem('permission-denied', `${at}: the system does not allow it.`, { cause });
    case 'EADDRNOTAVAIL':
      return new Problem('interface-missing', `${at}: no interface has this address.`, { cause });
    default:
      return new Problem('internal', `${at} cannot be opened.`, { cause });
  }
}
