import type { Server } from 'node:http';
import { Problem } from '../../../domain/error/problem.ts';

/** Something that accepts requests until it is closed. */
export interface Listener {
  /** For people: an address and a port, or a path. */
  readonly where: string;
  /** Stops accepting, lets requests under way finish for a moment, then cuts them off. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 1_000;
/** A client that sends its headers slower than this holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 15_000;
/** Nothing either way for this long; event streams send something every 15 s. */
const IDLE_TIMEOUT_MS = 120_000;
const GRACE_MS = 2_000;

/** Bounds what a client can hold. There is no limit for a whole request: an ISO is uploaded in one. */
export function boundConnections(server: Server): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = 0;
  server.keepAliveTimeout = 10_000;
  server.maxHeadersCount = 100;
  server.setTimeout(IDLE_TIMEOUT_MS);
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Binds a TCP listener. @throws Problem `port-in-use`, `permission-denied` or `interface-missing` */
export function bindTcp(server: Server, at: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(bindProblem(error, at));
    server.once('error', refuse);
    server.listen({ host: at.host, port: at.port }, () => {
      server.off('error', refuse);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : at.port);
    });
  });
}

function bindProblem(error: Error, at: { host: string; port: number }): Error {
  const where = `${at.host}:${at.port}`;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new Problem('port-in-use', `Another program listens on ${where}.`, { cause: error });
  if (code === 'EACCES')
    return new Problem('permission-denied', `The appliance may not listen on ${where}.`, { cause: error });
  if (code === 'EADDRNOTAVAIL')
    return new Problem('interface-missing', `No interface has the address ${at.host}.`, { cause: error });
  return error;
}
