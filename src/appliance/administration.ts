import { join } from 'node:path';
import type { Logger } from '../adapters/log/logger.ts';
import { createAdminApp } from '../adapters/http/admin/app.ts';
import { discardOldUploads } from '../adapters/http/admin/upload.ts';
import { createPagesRouter } from '../adapters/http/pages/router.ts';
import type { Library, Services, StatusReport } from '../adapters/http/admin/services.ts';
import { listenWithTls } from '../adapters/http/server/tls.ts';
import type { TlsListener } from '../adapters/http/server/tls.ts';
import { listenOnUnixSocket } from '../adapters/http/server/unix-socket.ts';
import { Metrics } from '../adapters/metrics/metrics.ts';
import { parseMac } from '../protocol/address/mac.ts';
import type { HearthConfig } from '../config/hearth/load.ts';
import { Accounts } from '../domain/access/accounts.ts';
import { ApiTokens } from '../domain/access/api-tokens.ts';
import { SignIn } from '../domain/access/sign-in.ts';
import type { Clusters } from '../domain/cluster/clusters.ts';
import { Problem } from '../domain/error/problem.ts';
import type { HostInventory } from '../domain/host/inventory.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { MachineParts } from './machines.ts';
import type { Storage } from './storage.ts';

export interface AdministrationWiring {
  readonly config: HearthConfig;
  readonly storage: Storage;
  readonly hosts: HostInventory;
  readonly clusters: Clusters;
  readonly clusterWork: Services['clusterWork'];
  readonly machines: MachineParts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly status: () => StatusReport;
}

/** What people and programs administer the appliance with. */
export interface Administration {
  readonly tls: TlsListener;
  /** Makes the first administrator when there is none; the password is shown once, so call it when nothing can fail any more. */
  ensureAdministrator(): Promise<{ readonly name: string; readonly password: string } | undefined>;
  /** Forgets sessions that ran out. */
  sweep(): Promise<unknown>;
  stop(): Promise<void>;
}

export async function startAdministration(wiring: AdministrationWiring): Promise<Administration> {
  const { config, storage, clock, logger, version } = wiring;
  const { users, sessions, events, directory } = storage;
  const accounts = new Accounts({ users, sessions, events, clock });
  const signIn = new SignIn({ users, sessions, events, clock });
  const tokens = new ApiTokens({ store: storage.apiTokens, events, clock });
  const services = makeServices(wiring);
  const metrics = new Metrics();
  metrics.watch({
    hosts: () => wiring.hosts.all(),
    storageOk: () => storage.database.health().state === 'ok',
    eventsHeld: () => events.held,
  });
  const unsubscribe = events.subscribe((event) => metrics.event(event.level, event.type));
  await discardOldUploads(services.uploads);
  const app = createAdminApp({
    services,
    access: { accounts, signIn, tokens },
    metrics,
    log: logger,
    version,
    pages: createPagesRouter({ services, accounts, clock, signOut: (secret) => signIn.signOut(secret) }),
  });
  const socket = await listenOnUnixSocket(directory.socket, app);
  const { host, port } = config.admin.listen;
  const onFault = (error: unknown): void =>
    logger.error({ err: error }, 'the certificate could not be renewed');
  try {
    const tls = await listenWithTls({ host, port, keysDirectory: directory.keys, clock, onFault }, app);
    return {
      tls,
      ensureAdministrator: () => accounts.ensureAdministrator(),
      sweep: () => signIn.sweep(),
      stop: async () => {
        unsubscribe();
        await Promise.all([socket.close(), tls.close()]);
      },
    };
  } catch (thrown) {
    await socket.close();
    throw thrown;
  }
}

function makeServices({
  config,
  storage,
  hosts,
  clusters,
  clusterWork,
  machines,
  status,
}: AdministrationWiring): Services {
  return {
    hosts,
    events: storage.events,
    networks: { all: () => config.networks },
    leases: () =>
      machines.dhcp
        .leases()
        .map((lease) => ({ ...lease, hostname: lease.hostName, expiresAt: lease.expires })),
    explain: (text) => {
      const mac = parseMac(text);
      if (mac === undefined) throw new Problem('input-invalid', `"${text}" is not a MAC address.`);
      return machines.dhcp.explainMachine(mac);
    },
    media: keepUsed(storage.media, hosts, 'medium'),
    images: keepUsed(storage.images, hosts, 'image'),
    clusters,
    clusterWork,
    status,
    uploads: join(storage.directory.path, 'uploads'),
  };
}

/** A library from which nothing is removed that an install needs. */
function keepUsed<T, O>(
  library: Library<T, O>,
  hosts: HostInventory,
  kind: 'medium' | 'image',
): Library<T, O> {
  return {
    list: () => library.list(),
    get: (name) => library.get(name),
    import: (order) => library.import(order),
    remove: (name) => {
      const users = hosts
        .all()
        .filter((host) => ['armed', 'installing'].includes(host.state) && host.install?.[kind] === name)
        .map((host) => host.name);
      if (users.length === 0) return library.remove(name);
      throw new Problem('host-state', `The ${kind} ${name} is needed by ${users.slice(0, 5).join(', ')}.`, {
        remedy: 'Wait until their installs have ended, or cancel them.',
      });
    },
  };
}
