import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { Ipv4Address } from '../../../protocol/address/ipv4.ts';
import type { Listener } from '../../net/address-watch.ts';

/** A machine that opens a connection and says nothing must not hold it: half a minute is ages on a rack's own network. */
const HEADERS_TIMEOUT_MS = 30_000;
/** GRUB and iPXE keep connections between files of one boot. */
const KEEP_ALIVE_MS = 30_000;

/** A thousand hosts with a few connections each; past that a connection is closed instead of running out of files. */
const MAX_CONNECTIONS = 8_000;

/** Listens on one address of a provisioning network. */
export function listenForMachines(
  app: RequestListener,
  address: Ipv4Address,
  port: number,
): Promise<Listener> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: 120_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16_384,
    },
    app,
  );
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}
