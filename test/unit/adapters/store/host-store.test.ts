import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../../src/adapters/store/database.ts';
import { SqliteEventStore } from '../../../../src/adapters/store/event-store.ts';
import { SqliteHostStore } from '../../../../src/adapters/store/host-store.ts';
import { recordNetworks } from '../../../../src/adapters/store/network-snapshots.ts';
import type { ServedNetwork } from '../../../../src/domain/lease/network.ts';
import { aHost } from '../../../fakes/a-host.ts';
import { FakeClock } from '../../../fakes/clock.ts';

let directory: string;
let database: Database;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hearth-hosts-'));
  database = await Database.open({ file: join(directory, 'hearth.db'), clock: new FakeClock() });
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

describe('hosts in SQLite', () => {
  it('clash with words that name both hosts and what they share', async () => {
    const store = new SqliteHostStore(database);
    const first = aHost({ name: 'first' });
    await store.save(first);
    await expect(store.save(aHost({ name: 'second', macs: first.macs }))).rejects.toThrow(
      `MAC ${first.macs[0] ?? ''} of second belongs to first.`,
    );
  });

  it('that were changed by hand into nonsense are refused by name, not served', async () => {
    const store = new SqliteHostStore(database);
    await store.save(aHost({ name: 'edited' }));
    database.connection.exec(`update hosts set record = json_set(record, '$.state', 'flying')`);
    await expect(store.list()).rejects.toMatchObject({
      code: 'storage-damaged',
      message: expect.stringMatching(/host edited.*state/) as unknown,
    });
  });

  it('that could not be read again are not written', async () => {
    const store = new SqliteHostStore(database);
    const host = aHost();
    await store.save(host);
    await expect(store.save({ ...host, since: Number.NaN })).rejects.toMatchObject({ code: 'internal' });
    expect(await store.list()).toEqual([host]);
  });

  it('keep what a newer version wrote into them', async () => {
    const store = new SqliteHostStore(database);
    const host = aHost();
    await store.save(host);
    database.connection.exec(`update hosts set record = json_set(record, '$.shelf', 'top')`);
    const [read = host] = await store.list();
    await store.save({ ...read, state: 'active' });
    expect(await store.get(host.id)).toMatchObject({ shelf: 'top', state: 'active' });
  });
});

describe('writes at the same moment', () => {
  it('share a transaction, and the refusal of one is not that of the others', async () => {
    const store = new SqliteHostStore(database);
    const hosts = Array.from({ length: 500 }, () => aHost());
    hosts.splice(250, 0, aHost({ name: hosts[0]?.name ?? '' }));
    const outcomes = await Promise.allSettled(hosts.map((host) => store.save(host)));
    expect(outcomes.flatMap((one, at) => (one.status === 'rejected' ? [at] : []))).toEqual([250]);
    expect(await store.list()).toHaveLength(500);
  });

  it('are none of them acknowledged when the disk takes not all of them', async () => {
    const store = new SqliteHostStore(database);
    await store.save(aHost());
    const pages = Number(database.connection.pragma('page_count', { simple: true }));
    database.connection.pragma(`max_page_count = ${pages + 5}`);
    const hosts = Array.from({ length: 50 }, () => aHost({ labels: { padding: 'x'.repeat(3000) } }));
    const outcomes = await Promise.allSettled(hosts.map((host) => store.save(host)));
    expect(new Set(outcomes.map((one) => one.status))).toEqual(new Set(['rejected']));
    expect(await store.list()).toHaveLength(1);
    database.connection.pragma('max_page_count = 1000000');
    // The first write after the recovery may be one that is refused for its own reasons.
    const [clash, ...others] = await Promise.allSettled([
      store.save(aHost({ name: (await store.list())[0]?.name ?? '' })),
      ...hosts.map((host) => store.save(host)),
    ]);
    expect(clash.status).toBe('rejected');
    expect(new Set(others.map((one) => one.status))).toEqual(new Set(['fulfilled']));
    expect(await store.list()).toHaveLength(51);
  });

  it('are on disk when the database is closed right after', async () => {
    const saved = new SqliteHostStore(database).save(aHost({ name: 'last' }));
    database.close();
    await saved;
    database = await Database.open({ file: join(directory, 'hearth.db'), clock: new FakeClock() });
    expect(await new SqliteHostStore(database).list()).toMatchObject([{ name: 'last' }]);
  });
});

describe('events in SQLite', () => {
  it('are bounded: the oldest go, and ids are never used again', async () => {
    const store = new SqliteEventStore(database, { retention: 10 });
    const append = (text: string): Promise<unknown> => store.append({ level: 'info', type: 't', text }, 1);
    await Promise.all(Array.from({ length: 30 }, (_, at) => append(`${at}`)));
    const kept = await store.list({ limit: 100 });
    expect(kept.map((event) => event.text)).toEqual(Array.from({ length: 10 }, (_, at) => `${at + 20}`));
    expect(kept.at(-1)?.id).toBe(30);
  });
});

describe('snapshots of the networks', () => {
  it('are made when the configuration changed, and only then', () => {
    const network = (name: string): ServedNetwork =>
      ({ name, options: [{ code: 7, value: Uint8Array.of(1, 2) }] }) as unknown as ServedNetwork;
    expect(recordNetworks(database, [network('a')], 1)).toBe(true);
    expect(recordNetworks(database, [network('a')], 2)).toBe(false);
    expect(recordNetworks(database, [network('b')], 3)).toBe(true);
  });
});
