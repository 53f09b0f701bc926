import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteLeaseJournal } from '../../../../../src/adapters/store/lease/lease-journal.ts';
import type { MacAddress } from '../../../../../src/protocol/address/mac.ts';
import type { Lease } from '../../../../../src/domain/lease/lease.ts';

function leaseAt(address: number, changes: Partial<Lease> = {}): Lease {
  return {
    address,
    key: '52:54:00:00:00:01',
    mac: '52:54:00:00:00:01' as MacAddress,
    clientId: undefined,
    uuid: undefined,
    hostName: 'node-1',
    network: 'rack1',
    state: 'active',
    starts: 1000,
    expires: 2000 + address,
    circuitId: '01',
    remoteId: undefined,
    boot: true,
    ...changes,
  };
}

describe('the lease journal', () => {
  let directory: string;
  let file: string;
  let health: string[];
  let journal: SqliteLeaseJournal;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'hearth-journal-'));
    file = join(directory, 'leases.db');
    health = [];
    journal = new SqliteLeaseJournal(file, (state) => health.push(state));
  });
  afterEach(async () => {
    await journal.close();
    rmSync(directory, { recursive: true });
  });

  it('gives back what was committed, the newest record of each address', async () => {
    await journal.commit([leaseAt(1), leaseAt(2)]);
    await journal.commit([leaseAt(1, { state: 'released' })]);
    await journal.close();
    journal = new SqliteLeaseJournal(file);
    expect(await journal.load()).toEqual([leaseAt(1, { state: 'released' }), leaseAt(2)]);
  });

  it('has a record on disk by the time it says so', async () => {
    await journal.commit([leaseAt(7)]);
    const reader = new Database(file, { readonly: true });
    expect(reader.prepare('SELECT address FROM lease').pluck().all()).toEqual([7]);
    reader.close();
  });

  it('writes many commits at once in order', async () => {
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => journal.commit([leaseAt(index % 50, { starts: index })])),
    );
    const leases = await journal.load();
    expect(leases.map((lease) => lease.starts).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => 450 + index),
    );
  });

  it('rejects while another program holds the file, says so, and recovers by itself', async () => {
    await journal.commit([leaseAt(1)]);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(journal.commit([leaseAt(2)])).rejects.toMatchObject({ code: 'storage-locked' });
    expect(health).toEqual(['storage-locked']);
    other.exec('ROLLBACK');
    other.close();
    await journal.commit([leaseAt(3)]);
    expect(health).toEqual(['storage-locked', 'ok']);
    expect((await journal.load()).map((lease) => lease.address)).toEqual([1, 3]);
  }, 15_000);

  it('rejects a whole batch when the disk is full, and recovers when there is room again', async () => {
    await journal.close();
    journal = new SqliteLeaseJournal(file, (state) => health.push(state), { maxBytes: 32_768 });
    await journal.commit([leaseAt(1)]);
    const many = Array.from({ length: 2000 }, (_, index) => leaseAt(index + 10));
    await expect(journal.commit(many)).rejects.toMatchObject({ code: 'storage-full' });
    await journal.commit([leaseAt(2)]);
    expect(health).toEqual(['storage-full', 'ok']);
    expect((await journal.load()).map((lease) => lease.address)).toEqual([1, 2]);
  });

  it('refuses a damaged file in words, and leaves it as it is', async () => {
    writeFileSync(file, 'this is no database, however long it is. '.repeat(100));
    await expect(journal.load()).rejects.toMatchObject({
      message: expect.stringContaining('is damaged') as string,
    });
  });

  it('refuses a file of a newer schema', async () => {
    const newer = new Database(file);
    newer.pragma('user_version = 99');
    newer.close();
    await expect(journal.load()).rejects.toThrow(/newer Hearth/);
  });

  it('takes nothing more once it is closed', async () => {
    await journal.close();
    await expect(journal.commit([leaseAt(1)])).rejects.toMatchObject({ code: 'not-ready' });
  });
});
