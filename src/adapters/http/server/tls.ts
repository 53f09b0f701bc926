import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Clock } from '../../../domain/time/clock.ts';
import { machineNames, serverIdentity } from './certificate.ts';
import type { ServerIdentity } from './certificate.ts';
import { bindTcp, boundConnections, close } from './listener.ts';
import type { Listener } from './listener.ts';

/** How often the certificate is looked at: often enough that one that runs out is replaced in time. */
const CHECK_INTERVAL_MS = 12 * 3_600_000;

export interface TlsListener extends Listener {
  readonly port: number;
  readonly identity: ServerIdentity;
  /** Looks at the certificate now and takes up a new one when it is due. */
  renew(): Promise<ServerIdentity>;
}

interface TlsOptions {
  readonly host: string;
  readonly port: number;
  readonly keysDirectory: string;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
}

/** Serves HTTPS with the appliance's own certificate, which is renewed while it runs. */
export async function listenWithTls(options: TlsOptions, handler: RequestListener): Promise<TlsListener> {
  const { host, keysDirectory, clock } = options;
  const identify = (): Promise<ServerIdentity> => serverIdentity(keysDirectory, machineNames(host), clock);
  let identity = await identify();
  const server = createServer({ ...secureContext(identity), minVersion: 'TLSv1.2' }, handler);
  boundConnections(server);
  // Port scanners and health checks that hang up in the handshake are no faults.
  server.on('tlsClientError', () => undefined);
  const port = await bindTcp(server, { host, port: options.port });
  const renew = async (): Promise<ServerIdentity> => {
    const next = await identify();
    if (next.fingerprint !== identity.fingerprint) server.setSecureContext(secureContext(next));
    identity = next;
    return next;
  };
  const timer = setInterval(() => void renew().catch(options.onFault), CHECK_INTERVAL_MS).unref();
  return {
    where: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    identity,
    renew,
    close: () => {
      clearInterval(timer);
      return close(server);
    },
  };
}

function secureContext(identity: ServerIdentity): { key: string; cert: string } {
  return { key: identity.key, cert: identity.certificate + identity.authority };
}
