import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../../../domain/error/problem.ts';
import { boundConnections, close } from './listener.ts';
import type { Listener } from './listener.ts';

/** Longest path of `sockaddr_un` on Linux, without its final zero. */
const MAX_SOCKET_PATH = 107;

const local = new WeakSet<Socket>();

/** Whether a connection came through a UNIX socket of ours, which only its owner can open. */
export function isLocalSocket(socket: Socket): boolean {
  return local.has(socket);
}

/**
 * Serves on a UNIX socket with mode 0600. A socket file that is there already is a dead process's: the caller holds the
 * lock of the data directory.
 */
export async function listenOnUnixSocket(path: string, handler: RequestListener): Promise<Listener> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new Problem(
      'config-invalid',
      `The socket's path ${path} is longer than ${MAX_SOCKET_PATH} bytes.`,
      {
        remedy: 'Choose a data directory with a shorter path.',
      },
    );
  }
  removeStale(path);
  const server = createServer(handler);
  boundConnections(server);
  server.on('connection', (socket: Socket) => local.add(socket));
  await bind(server, path);
  return {
    where: path,
    close: async () => {
      await close(server);
      rmSync(path, { force: true });
    },
  };
}

function removeStale(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Problem('port-in-use', `${path} is in the way: it is no socket.`);
  rmSync(path);
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The directory above has mode 0700, so nobody else gets in before the chmod.
    const umask = process.umask(0o177);
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      chmodSync(path, 0o600);
      resolve();
    });
    process.umask(umask);
  });
}
