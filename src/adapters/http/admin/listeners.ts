import type { RequestListener } from 'node:http';
import type { Clock } from '../../../domain/time/clock.ts';
import type { Logger } from '../../log/logger.ts';
import type { Listener } from '../server/listener.ts';
import { listenWithTls } from '../server/tls.ts';
import type { TlsListener } from '../server/tls.ts';
import { listenOnUnixSocket } from '../server/unix-socket.ts';

export interface AdminListening {
  readonly handler: RequestListener;
  /** `DATA/hearth.sock`; the lock of the data directory must be held. */
  readonly socket: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly keysDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface AdminListeners {
  readonly local: Listener;
  readonly tls: TlsListener;
  close(): Promise<void>;
}

/** Opens both doors of the administration, or neither. */
export async function openAdminListeners(options: AdminListening): Promise<AdminListeners> {
  const { handler, socket, listen, keysDirectory, clock, log } = options;
  const onFault = (error: unknown): void => log.error({ err: error }, 'renewing the certificate failed');
  const local = await listenOnUnixSocket(socket, handler);
  try {
    const tls = await listenWithTls({ ...listen, keysDirectory, clock, onFault }, handler);
    return {
      local,
      tls,
      close: async () => {
        await Promise.all([tls.close(), local.close()]);
      },
    };
  } catch (thrown) {
    await local.close();
    throw thrown;
  }
}
