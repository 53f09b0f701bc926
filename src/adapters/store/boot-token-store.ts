import type { Selectable } from 'kysely';
import type { BootTokenRecord, BootTokenStore } from '../../domain/access/boot-token.ts';
import type { HostId } from '../../domain/host/host.ts';
import type { Instant } from '../../domain/time/clock.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** Boot tokens in SQLite, by hash. */
export class SqliteBootTokenStore implements BootTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  replace(record: BootTokenRecord): Promise<void> {
    return this.#database.commit(() => {
      this.#revoke(record.host, record.createdAt);
      this.#database.run(this.#database.build.insertInto('boot_tokens').values(toRow(record)));
    });
  }

  find(hash: string): Promise<BootTokenRecord | undefined> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('boot_tokens').selectAll().where('hash', '=', hash);
      return fromRow(this.#database.first(query));
    });
  }

  countUse(hash: string): Promise<BootTokenRecord | undefined> {
    return this.#database.commit(() => {
      const query = this.#database.build
        .updateTable('boot_tokens')
        .set((old) => ({ uses: old('uses', '+', 1) }))
        .where('hash', '=', hash)
        .returningAll();
      return fromRow(this.#database.change(query));
    });
  }

  bindIgnition(hash: string, address: string): Promise<string | undefined> {
    return this.#database.commit(() => {
      const query = this.#database.build
        .updateTable('boot_tokens')
        .set((old) => ({ ignition_address: old.fn.coalesce('ignition_address', old.val(address)) }))
        .where('hash', '=', hash)
        .returning('ignition_address');
      return this.#database.change(query)?.ignition_address ?? undefined;
    });
  }

  revokeForHost(host: HostId, at: Instant): Promise<number> {
    return this.#database.commit(() => this.#revoke(host, at));
  }

  sweep(before: Instant): Promise<number> {
    return this.#database.commit(() =>
      this.#database.run(this.#database.build.deleteFrom('boot_tokens').where('expires_at', '<', before)),
    );
  }

  #revoke(host: HostId, at: Instant): number {
    const query = this.#database.build
      .updateTable('boot_tokens')
      .set({ revoked_at: at })
      .where('host_id', '=', host)
      .where('revoked_at', 'is', null);
    return this.#database.run(query);
  }
}

type Row = Selectable<Tables['boot_tokens']>;

function toRow(record: BootTokenRecord): Row {
  return {
    hash: record.hash,
    host_id: record.host,
    install_id: record.installId,
    created_at: record.createdAt,
    expires_at: record.expiresAt,
    revoked_at: record.revokedAt ?? null,
    ignition_address: record.ignitionAddress ?? null,
    uses: record.uses,
  };
}

function fromRow(row: Row | undefined): BootTokenRecord | undefined {
  if (row === undefined) return undefined;
  return {
    hash: row.hash,
    host: row.host_id as HostId,
    installId: row.install_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
    ignitionAddress: row.ignition_address ?? undefined,
    uses: row.uses,
  };
}
