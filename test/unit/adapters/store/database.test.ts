import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUpDatabase } from '../../../../src/adapters/store/backup.ts';
import { prepareDataDirectory } from '../../../../src/adapters/store/data-directory.ts';
import type { DataDirectory } from '../../../../src/adapters/store/data-directory.ts';
import { lockDataDirectory } from '../../../../src/adapters/store/data-lock.ts';
import { Database } from '../../../../src/adapters/store/database.ts';
import { SqliteHostStore } from '../../../../src/adapters/store/host-store.ts';
import { aHost } from '../../../fakes/a-host.ts';
import { FakeClock } from '../../../fakes/clock.ts';

let data: DataDirectory;
let clock = new FakeClock();

beforeEach(async () => {
  clock = new FakeClock();
  data = prepareDataDirectory(await mkdtemp(join(tmpdir(), 'hearth-store-')));
});

afterEach(() => rm(data.path, { recursive: true }));

const open = (): Promise<Database> => Database.open({ file: data.database, clock });

describe('the data directory', () => {
  it('is closed to everyone but its owner', async () => {
    const database = await open();
    await new SqliteHostStore(database).save(aHost());
    expect((await stat(data.path)).mode & 0o777).toBe(0o700);
    expect((await stat(data.keys)).mode & 0o777).toBe(0o700);
    for (const suffix of ['', '-wal', '-shm']) {
      expect((await stat(data.database + suffix)).mode & 0o777).toBe(0o600);
    }
    database.close();
  });

  it('belongs to one process at a time, and the refusal names that process', () => {
    const lock = lockDataDirectory(data.lock);
    expect(() => lockDataDirectory(data.lock)).toThrow(
      expect.objectContaining({
        code: 'already-running',
        message: expect.stringContaining(`${process.pid}`) as unknown,
      }),
    );
    lock.release();
    lockDataDirectory(data.lock).release();
  });

  it('is free again after its holder was killed with signal 9', async () => {
    const script = `
      import { lockDataDirectory } from ${JSON.stringify(import.meta.resolve('../../../../src/adapters/store/data-lock.ts'))};
      lockDataDirectory(process.argv[1]);
      process.stdout.write('held');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, data.lock], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    expect(() => lockDataDirectory(data.lock)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`process ${child.pid ?? 0}`) as unknown }),
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    lockDataDirectory(data.lock).release();
  });
});

describe('the database', () => {
  it('keeps what was saved across a restart and does not run a migration twice', async () => {
    const first = await open();
    await new SqliteHostStore(first).save(aHost({ name: 'kept' }));
    first.close();
    const second = await open();
    expect((await new SqliteHostStore(second).list()).map((host) => host.name)).toEqual(['kept']);
    second.close();
  });

  it('refuses a file of a newer version and leaves it as it is', async () => {
    const newer = await Database.open({
      file: data.database,
      clock,
      migrations: { '9999-future': { up: () => Promise.resolve() } },
    });
    newer.close();
    await expect(open()).rejects.toMatchObject({ code: 'storage-damaged' });
  });

  it('says so when the file is no database', async () => {
    await writeFile(data.database, 'x'.repeat(5000));
    await expect(open()).rejects.toMatchObject({ code: 'storage-damaged' });
    expect(await readFile(data.database, 'latin1')).toBe('x'.repeat(5000));
  });

  it('stops taking work on a full disk, loses nothing acknowledged, and recovers by itself', async () => {
    const database = await open();
    const hosts = new SqliteHostStore(database);
    await hosts.save(aHost({ name: 'before' }));
    const pages = database.connection.pragma('page_count', { simple: true });
    database.connection.pragma(`max_page_count = ${Number(pages)}`);
    const big = { padding: 'x'.repeat(100_000) };
    await expect(hosts.save(aHost({ name: 'too-much', labels: big }))).rejects.toMatchObject({
      code: 'storage-full',
    });
    expect(database.health()).toMatchObject({ state: 'failing', problem: { code: 'storage-full' } });
    expect((await hosts.list()).map((host) => host.name)).toEqual(['before']);
    database.connection.pragma('max_page_count = 1000000');
    clock.advance(10);
    expect(database.health()).toEqual({ state: 'ok' });
    await hosts.save(aHost({ name: 'after', labels: big }));
    database.close();
  });

  it('says who is in the way when another program holds it', async () => {
    const database = await open();
    const intruder = new SqliteFile(data.database);
    intruder.exec('begin immediate');
    await expect(new SqliteHostStore(database).save(aHost())).rejects.toMatchObject({
      code: 'storage-locked',
    });
    intruder.close();
    await new SqliteHostStore(database).save(aHost());
    expect(database.health()).toEqual({ state: 'ok' });
    database.close();
  });

  it('takes back all of a change that fails half way', async () => {
    const database = await open();
    const { build } = database;
    const row = { id: 'x', name: 'x', state: 'registered', cluster: null, address: null, record: '{}' };
    expect(() =>
      database.atomically(() => {
        database.run(build.insertInto('hosts').values(row));
        throw new Error('half way');
      }),
    ).toThrow('half way');
    expect(database.rows(build.selectFrom('hosts').selectAll())).toEqual([]);
    database.close();
  });

  it('can be copied while in use, into a file that only its owner reads', async () => {
    const database = await open();
    await new SqliteHostStore(database).save(aHost({ name: 'copied' }));
    const copy = join(data.path, 'copy.db');
    await backUpDatabase(database, copy);
    database.close();
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    const restored = await Database.open({ file: copy, clock });
    expect((await new SqliteHostStore(restored).list()).map((host) => host.name)).toEqual(['copied']);
    restored.close();
  });

  it('has on disk what it acknowledged when the process is killed with signal 9', async () => {
    const at = (path: string): string => JSON.stringify(import.meta.resolve(path));
    const script = `
      import { Database } from ${at('../../../../src/adapters/store/database.ts')};
      import { SqliteHostStore } from ${at('../../../../src/adapters/store/host-store.ts')};
      import { aHost } from ${at('../../../fakes/a-host.ts')};
      const database = await Database.open({ file: process.argv[1], clock: { now: () => 1 } });
      const hosts = new SqliteHostStore(database);
      for (let n = 0; n < 20; n++) await hosts.save(aHost({ name: 'host-' + n }));
      process.kill(process.pid, 'SIGKILL');`;
    await new Promise<void>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', script, data.database], () => resolve());
    });
    const database = await open();
    expect(await new SqliteHostStore(database).list()).toHaveLength(20);
    database.close();
  });
});
