import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../../src/adapters/store/database.ts';
import { loadMasterKey } from '../../../../src/adapters/store/master-key.ts';
import { SqliteSecretStore } from '../../../../src/adapters/store/secret-store.ts';
import { FakeClock } from '../../../fakes/clock.ts';

let directory: string;
let database: Database;
const secret = Buffer.from('-----BEGIN RSA PRIVATE KEY----- of the cluster');

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'hearth-secrets-'));
  database = await Database.open({ file: join(directory, 'hearth.db'), clock: new FakeClock() });
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

const openStore = (): SqliteSecretStore =>
  new SqliteSecretStore(database, loadMasterKey(directory, database));

describe('secrets at rest', () => {
  it('are readable with the key file, which only its owner reads, and survive a restart', async () => {
    await openStore().put('cluster/a/pki', secret);
    expect(statSync(join(directory, 'master.key')).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await openStore().get('cluster/a/pki')) ?? []).equals(secret)).toBe(true);
  });

  it('are not in the database file in the clear', async () => {
    await openStore().put('cluster/a/pki', secret);
    database.connection.pragma('wal_checkpoint(truncate)');
    const bytes = readFileSync(join(directory, 'hearth.db'));
    expect(bytes.includes('cluster/a/pki')).toBe(true);
    expect(bytes.includes('PRIVATE KEY')).toBe(false);
  });

  it('are refused when somebody moved them to another name or changed a byte', async () => {
    const store = openStore();
    await store.put('a', secret);
    database.connection.exec(`update secrets set name = 'b'`);
    await expect(store.get('b')).rejects.toMatchObject({ code: 'storage-damaged' });
    await store.put('a', secret);
    database.connection.exec(`update secrets set sealed = zeroblob(60) where name = 'a'`);
    await expect(store.get('a')).rejects.toMatchObject({ code: 'storage-damaged' });
  });

  it('are never buried under a new key when the old one is missing or short', async () => {
    await openStore().put('a', secret);
    const key = readFileSync(join(directory, 'master.key'));
    rmSync(join(directory, 'master.key'));
    expect(openStore).toThrow(expect.objectContaining({ code: 'storage-damaged' }));
    writeFileSync(join(directory, 'master.key'), key.subarray(1));
    expect(openStore).toThrow(expect.objectContaining({ code: 'storage-damaged' }));
    writeFileSync(join(directory, 'master.key'), key);
    expect(await openStore().get('a')).toBeDefined();
  });
});
