import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from './adapters/log/logger.ts';
import { interfaceTable } from './adapters/net/interfaces.ts';
import type { PartStatus, StatusReport } from './adapters/http/admin/services.ts';
import { recordNetworks } from './adapters/store/network-snapshots.ts';
import { startAdministration } from './appliance/administration.ts';
import { wireClusters } from './appliance/clusters.ts';
import { wireMachines } from './appliance/machines.ts';
import type { MachineParts } from './appliance/machines.ts';
import { repeat } from './appliance/repeat.ts';
import { openStorage } from './appliance/storage.ts';
import type { Storage } from './appliance/storage.ts';
import { loadHearthConfig } from './config/hearth/load.ts';
import type { HearthConfig } from './config/hearth/load.ts';
import { encodeConfiguredOption } from './config/hearth/options.ts';
import { BootTokens } from './domain/access/boot-tokens.ts';
import { Problem } from './domain/error/problem.ts';
import { HostInventory } from './domain/host/inventory.ts';
import { chooseImage, chooseMedium } from './domain/media/choose.ts';
import { ipv4FromNumber } from './protocol/address/ipv4.ts';
import type { Clock } from './domain/time/clock.ts';

export interface ApplianceOptions {
  /** Path of hearth.yaml; without one nothing is served to machines. */
  readonly configFile: string | undefined;
  /** Wins over the file's `data`. */
  readonly data: string | undefined;
  readonly logger: Logger;
  readonly version: string;
}

/** An appliance with every listener up. */
export interface RunningAppliance {
  readonly config: HearthConfig;
  readonly data: string;
  /** Where the UI is. */
  readonly url: string;
  readonly fingerprint: string;
  readonly firstAdministrator: { readonly name: string; readonly password: string } | undefined;
  /** Settles when every listener is up, which may wait for an interface to appear. */
  readonly untilReady: Promise<void>;
  stop(): Promise<void>;
}

const DEFAULT_DATA = '/var/lib/hearth';
const DEADLINES_EVERY_MS = 5_000;
const FILES_EVERY_MS = 10_000;
const NODES_EVERY_MS = 5_000;
const ADDONS_EVERY_MS = 5_000;
const RETRY_EVERY_MS = 5_000;
const SWEEP_EVERY_MS = 3_600_000;

const systemClock: Clock = { now: () => Date.now() };

/**
 * The composition root: builds everything from the config, starts it, and stops it in the opposite order.
 *
 * @throws Problem naming what stands in the way
 */
export async function startAppliance(options: ApplianceOptions): Promise<RunningAppliance> {
  const { logger, version } = options;
  const config = await loadConfig(options.configFile);
  const data = options.data ?? config.data ?? DEFAULT_DATA;
  const clock = systemClock;
  const storage = await openStorage(data, clock);
  const stops: (() => Promise<void>)[] = [() => storage.close()];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) {
      await one().catch((error: unknown) => logger.error({ err: error }, 'a part did not stop cleanly'));
    }
  };
  try {
    const hosts = await loadHosts(storage, clock);
    const tokens = new BootTokens({ store: storage.bootTokens, events: storage.events, clock });
    const clusters = wireClusters({
      storage,
      hosts,
      tokens,
      networks: config.networks,
      clock,
    });
    stops.push(() => clusters.stop());
    const machines = wireMachines({
      config,
      storage,
      hosts,
      tokens,
      configs: clusters.configs,
      clock,
      logger,
    });
    const startedAt = clock.now();
    recordNetworks(storage.database, config.networks, startedAt);
    const status = (): StatusReport => report({ version, startedAt, storage, machines });
    const administration = await startAdministration({
      config,
      storage,
      hosts,
      clusters: clusters.clusters,
      clusterWork: clusters.work,
      machines,
      clock,
      logger,
      version,
      status,
    });
    stops.push(() => administration.stop());
    stops.push(() => machines.stop());
    await machines.start();
    stops.push(
      repeat('deadlines', DEADLINES_EVERY_MS, () => hosts.checkDeadlines(), logger),
      repeat('first stages', FILES_EVERY_MS, () => machines.firstStage.refresh(), logger),
      repeat('nodes', NODES_EVERY_MS, () => clusters.watch.check(), logger),
      repeat('addons', ADDONS_EVERY_MS, () => clusters.lookAfterAddons(), logger),
      repeat(
        'held events',
        RETRY_EVERY_MS,
        () => {
          storage.events.retry();
          return Promise.resolve();
        },
        logger,
      ),
      repeat('old tokens', SWEEP_EVERY_MS, () => tokens.sweep(), logger),
      repeat('old sessions', SWEEP_EVERY_MS, () => administration.sweep(), logger),
    );
    const firstAdministrator = await administration.ensureAdministrator();
    const { tls } = administration;
    return {
      config,
      data: storage.directory.path,
      url: tls.where,
      fingerprint: tls.identity.fingerprint,
      firstAdministrator,
      untilReady: until(() => status().ready),
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** Looks once a second; an appliance that is stopped while it waits is simply never ready. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (condition()) resolve();
      else setTimeout(look, 1000).unref();
    };
    look();
  });
}

async function loadConfig(file: string | undefined): Promise<HearthConfig> {
  const name = file ?? 'hearth.yaml';
  return loadHearthConfig(
    name,
    file === undefined ? '' : await readConfig(file),
    interfaceTable(),
    encodeConfiguredOption,
  );
}

async function readConfig(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Problem('config-invalid', `The configuration file ${file} cannot be read.`, {
      cause,
      remedy: 'Check the path and its permissions.',
    });
  }
}

function loadHosts(storage: Storage, clock: Clock): Promise<HostInventory> {
  const { media, images, events, clusters } = storage;
  return HostInventory.load({
    store: storage.hosts,
    events,
    clock,
    ids: { next: () => randomBytes(16).toString('hex') },
    sources: {
      cluster: async (name) => {
        if ((await clusters.get(name)) === undefined) {
          throw new Problem('cluster-not-found', `There is no cluster "${name}".`);
        }
      },
      medium: (name) => Promise.resolve(chooseMedium(media.list(), name).name),
      image: (name) => Promise.resolve(chooseImage(images.list(), name).name),
    },
  });
}

interface StatusSources {
  readonly version: string;
  readonly startedAt: number;
  readonly storage: Storage;
  readonly machines: MachineParts;
}

function report({ version, startedAt, storage, machines }: StatusSources): StatusReport {
  const health = storage.database.health();
  const parts: PartStatus[] = [
    {
      name: 'storage',
      state: health.state === 'ok' ? 'ok' : 'failing',
      detail: health.state === 'ok' ? undefined : health.problem.message,
    },
    {
      name: 'leases',
      state: storage.leases.health === 'ok' ? 'ok' : 'failing',
      detail: leaseDetail(storage),
    },
    ...machines.listeners.map(({ what, problem }) => ({
      name: what,
      state: problem === undefined ? ('ok' as const) : ('failing' as const),
      detail: problem?.message,
    })),
  ];
  const rivals = machines.dhcp.status().rivals.map(({ address, network }) => ({
    address: ipv4FromNumber(address),
    network,
  }));
  return { version, startedAt, rivals, ready: parts.every(({ state }) => state !== 'failing'), parts };
}

function leaseDetail({ leases }: Storage): string | undefined {
  if (leases.health === 'ok') return undefined;
  return `Leases cannot be written (${leases.health}): no address is promised until they can.`;
}
