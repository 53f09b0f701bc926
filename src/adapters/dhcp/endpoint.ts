import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { Problem } from '../../domain/error/problem.ts';
import { openDeviceSocket, SocketError } from './device-socket.ts';
import { inheritedSocket } from './inherited-sockets.ts';
import { holderOfUdpPort } from './port-holder.ts';

export type DatagramHandler = (bytes: Buffer, from: RemoteInfo) => void;

/** One served interface: a socket on one port that hears and speaks on one wire. */
export interface DhcpEndpoint {
  readonly device: string;
  readonly port: number;
  /** How the socket was had: from systemd, made for the device, or without binding to it. */
  readonly kind: 'inherited' | 'device' | 'portable';
  /** Sends, and tells of a failure; never throws. */
  readonly send: (bytes: Buffer, port: number, address: string, failed: (error: Error) => void) => void;
  readonly close: () => void;
}

/** Replies that may wait for the kernel's send buffer; later ones are dropped, as the client asks again. */
const MAX_QUEUED = 1000;

/** Answers at once: the addresses given here are always numbers, and dgram's default lookup costs a turn of the loop. */
const SOCKET_OPTIONS = {
  type: 'udp4' as const,
  lookup: (
    host: string,
    _options: unknown,
    done: (error: null, address: string, family: number) => void,
  ): void => done(null, host, 4),
};

/**
 * Opens a port on a device: the socket systemd passed for it, else one bound to the device, else, where the native call
 * cannot be loaded, a portable pair that is exact as long as one interface is served.
 *
 * @throws Problem `interface-missing`, `permission-denied` or `port-in-use`
 */
export async function openEndpoint(
  device: string,
  port: number,
  address: string,
  handler: DatagramHandler,
  failed: (error: Error) => void,
): Promise<DhcpEndpoint> {
  const inherited = inheritedSocket(device, port);
  if (inherited !== undefined) return adopt(inherited, 'inherited', device, port, handler, failed);
  let fd: number;
  try {
    fd = openDeviceSocket(device, port);
  } catch (error) {
    if (error instanceof SocketError) throw await problemOf(error, device, port);
    return openPortable(device, port, address, handler, failed);
  }
  return adopt(fd, 'device', device, port, handler, failed);
}

async function adopt(
  fd: number,
  kind: DhcpEndpoint['kind'],
  device: string,
  port: number,
  handler: DatagramHandler,
  failed: (error: Error) => void,
): Promise<DhcpEndpoint> {
  const socket = createSocket(SOCKET_OPTIONS);
  socket.on('message', handler);
  await bound(socket, () => socket.bind({ fd }));
  socket.on('error', failed);
  return { device, port, kind, send: sender(socket), close: () => socket.close() };
}

/**
 * A wildcard socket hears broadcasts, a socket on our own address speaks: the kernel chooses the wire by the source
 * address. It cannot tell wires apart, so the service allows it for one interface only.
 */
async function openPortable(
  device: string,
  port: number,
  address: string,
  handler: DatagramHandler,
  failed: (error: Error) => void,
): Promise<DhcpEndpoint> {
  const ears = createSocket({ ...SOCKET_OPTIONS, reuseAddr: true });
  const mouth = createSocket({ ...SOCKET_OPTIONS, reuseAddr: true });
  ears.on('message', handler);
  mouth.on('message', handler);
  try {
    await bound(ears, () => ears.bind(port));
    await bound(mouth, () => mouth.bind(port, address));
  } catch (error) {
    ears.close();
    mouth.close();
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw await problemOf(new SocketError('bind', code), device, port);
  }
  mouth.setBroadcast(true);
  ears.on('error', failed);
  mouth.on('error', failed);
  return {
    device,
    port,
    kind: 'portable',
    send: sender(mouth),
    close: () => {
      ears.close();
      mouth.close();
    },
  };
}

function sender(socket: Socket): DhcpEndpoint['send'] {
  return (bytes, port, address, failed) => {
    try {
      if (socket.getSendQueueCount() > MAX_QUEUED) {
        failed(new Error('the kernel takes no more datagrams at the moment'));
        return;
      }
      socket.send(bytes, 0, bytes.length, port, address, (error) => {
        if (error !== null) failed(error);
      });
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

function bound(socket: Socket, bind: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('listening', () => {
      socket.removeListener('error', reject);
      resolve();
    });
    bind();
  });
}

async function problemOf(error: SocketError, device: string, port: number): Promise<Problem> {
  switch (error.code) {
    case 'ENODEV':
      return new Problem('interface-missing', `Interface ${device} does not exist.`, { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new Problem('permission-denied', `UDP port ${port} on ${device} may not be opened.`, {
        cause: error,
      });
    case 'EADDRINUSE':
    case 'EADDRNOTAVAIL': {
      const holder = await holderOfUdpPort(port);
      const who = holder === undefined ? 'another program' : `${holder.name} (process ${holder.pid})`;
      return new Problem('port-in-use', `UDP port ${port} on ${device} is held by ${who}.`, { cause: error });
    }
    default:
      return new Problem('internal', `UDP port ${port} on ${device} cannot be opened (${error.code}).`, {
        cause: error,
      });
  }
}
