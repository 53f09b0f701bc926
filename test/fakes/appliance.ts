import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Router } from 'express';
import { createAdminApp } from '../../src/adapters/http/admin/app.ts';
import type { Services } from '../../src/adapters/http/admin/services.ts';
import type { Listener } from '../../src/adapters/http/server/listener.ts';
import { listenWithTls } from '../../src/adapters/http/server/tls.ts';
import type { TlsListener } from '../../src/adapters/http/server/tls.ts';
import { listenOnUnixSocket } from '../../src/adapters/http/server/unix-socket.ts';
import { createLogger } from '../../src/adapters/log/logger.ts';
import { Metrics } from '../../src/adapters/metrics/metrics.ts';
import { SqliteApiTokenStore } from '../../src/adapters/store/api-token-store.ts';
import { prepareDataDirectory } from '../../src/adapters/store/data-directory.ts';
import { Database } from '../../src/adapters/store/database.ts';
import { SqliteEventStore } from '../../src/adapters/store/event-store.ts';
import { SqliteHostStore } from '../../src/adapters/store/host-store.ts';
import { SqliteSessionStore } from '../../src/adapters/store/session-store.ts';
import { SqliteUserStore } from '../../src/adapters/store/user-store.ts';
import { Accounts } from '../../src/domain/access/accounts.ts';
import { ApiTokens } from '../../src/domain/access/api-tokens.ts';
import { SignIn } from '../../src/domain/access/sign-in.ts';
import { StoredEventLog } from '../../src/domain/event/log.ts';
import { Problem } from '../../src/domain/error/problem.ts';
import { HostInventory } from '../../src/domain/host/inventory.ts';
import type { Clock } from '../../src/domain/time/clock.ts';
import { idleClusterWork } from './cluster-work.ts';
import { aMedium, anImage } from './media-stores.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body as JSON. */
  json(): unknown;
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** JSON unless it is text. */
  readonly body?: unknown;
}

const systemClock: Clock = { now: () => Date.now() };

/** The administration with real sockets, TLS and SQLite in a temporary directory; its neighbours are stand-ins. */
export class TestAppliance {
  readonly services: Services;
  readonly access: { accounts: Accounts; signIn: SignIn; tokens: ApiTokens };
  readonly events: StoredEventLog;
  readonly database: Database;
  readonly password: string;
  readonly log: string[];
  readonly directory: string;
  readonly tls: TlsListener;
  readonly #socket: Listener;
  readonly #store: SqliteEventStore;

  private constructor(
    parts: Omit<TestAppliance, 'local' | 'ask' | 'open' | 'stop'>,
    socket: Listener,
    store: SqliteEventStore,
  ) {
    this.services = parts.services;
    this.access = parts.access;
    this.events = parts.events;
    this.database = parts.database;
    this.password = parts.password;
    this.log = parts.log;
    this.directory = parts.directory;
    this.tls = parts.tls;
    this.#socket = socket;
    this.#store = store;
  }

  static async start(options: { pages?: Router; services?: Partial<Services> } = {}): Promise<TestAppliance> {
    const directory = await mkdtemp(join(tmpdir(), 'hearth-admin-'));
    const data = prepareDataDirectory(directory);
    const clock = systemClock;
    const database = await Database.open({ file: data.database, clock });
    const store = new SqliteEventStore(database);
    const events = new StoredEventLog({ store, clock });
    const users = new SqliteUserStore(database);
    const sessions = new SqliteSessionStore(database);
    const access = {
      accounts: new Accounts({ users, sessions, events, clock }),
      signIn: new SignIn({ users, sessions, events, clock }),
      tokens: new ApiTokens({ store: new SqliteApiTokenStore(database), events, clock }),
    };
    const first = await access.accounts.ensureAdministrator();
    let ids = 0;
    const hosts = await HostInventory.load({
      store: new SqliteHostStore(database),
      events,
      clock,
      ids: { next: () => `id-${(ids += 1)}` },
      sources: {
        cluster: () => Promise.resolve(),
        medium: () => Promise.resolve('ol8'),
        image: () => Promise.resolve('ock'),
      },
    });
    const services: Services = {
      hosts,
      events,
      networks: { all: () => [] },
      leases: () => [],
      explain: (mac) => ({ lines: [`${mac} was never seen.`] }),
      media: {
        list: () => [aMedium()],
        get: () => undefined,
        import: () => Promise.resolve(aMedium()),
        remove: () => Promise.resolve(false),
      },
      images: {
        list: () => [anImage()],
        get: () => undefined,
        import: () => Promise.resolve(anImage()),
        remove: () => Promise.resolve(false),
      },
      clusters: {
        list: () => Promise.resolve([]),
        get: (name) => Promise.reject(new Problem('cluster-not-found', `There is no cluster "${name}".`)),
        create: () => Promise.reject(new Problem('cluster-invalid', 'No clusters here.')),
      },
      clusterWork: idleClusterWork({
        departure: { release: (name, _options, actor) => hosts.release(name, actor) },
      }),
      status: () => ({ version: '0.0.0', startedAt: 0, ready: database.health().state === 'ok', parts: [] }),
      uploads: join(directory, 'uploads'),
      ...options.services,
    };
    const log: string[] = [];
    const logger = createLogger({ destination: { write: (line: string) => void log.push(line) } });
    const metrics = new Metrics({ processMetrics: false });
    const handler = createAdminApp({
      services,
      access,
      metrics,
      log: logger,
      version: '0.0.0',
      pages: options.pages,
    });
    const socket = await listenOnUnixSocket(data.socket, handler);
    const tls = await listenWithTls(
      {
        host: '127.0.0.1',
        port: 0,
        keysDirectory: data.keys,
        clock,
        onFault: (error) => void log.push(String(error)),
      },
      handler,
    );
    const password = first?.password ?? '';
    return new TestAppliance(
      { services, access, events, database, password, log, directory, tls },
      socket,
      store,
    );
  }

  /** Over the UNIX socket. */
  async local(ask: Ask): Promise<Reply> {
    return send((options) => httpRequest({ ...options, socketPath: this.#socket.where }), ask);
  }

  /** Over TLS, with the appliance's authority trusted. */
  async ask(ask: Ask): Promise<Reply> {
    return send((options) => httpsRequest({ ...options, ...this.#tlsOptions() }), ask);
  }

  /** Over TLS, the answer as it comes. */
  async open(ask: Ask): Promise<IncomingMessage> {
    return start((options) => httpsRequest({ ...options, ...this.#tlsOptions() }), ask);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#socket.close(), this.tls.close()]);
    this.#store.flush();
    await this.events.settled();
    this.database.close();
    await rm(this.directory, { recursive: true });
  }

  #tlsOptions(): { host: string; port: number; ca: string } {
    return { host: '127.0.0.1', port: this.tls.port, ca: this.tls.identity.authority };
  }
}

type Connect = (options: {
  method: string;
  path: string;
  headers: Record<string, string>;
  agent: false;
}) => ReturnType<typeof httpRequest>;

function start(connect: Connect, ask: Ask): Promise<IncomingMessage> {
  const { body } = ask;
  const bytes = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    ...(bytes === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(bytes)}` }),
    ...ask.headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = connect({ method: ask.method ?? 'GET', path: ask.path, headers, agent: false });
    outgoing.on('response', resolve).on('error', reject).end(bytes);
  });
}

async function send(connect: Connect, ask: Ask): Promise<Reply> {
  const response = await start(connect, ask);
  const body = await text(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: body,
    json: () => JSON.parse(body) as unknown,
  };
}
