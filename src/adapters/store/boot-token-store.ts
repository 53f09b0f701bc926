import type { Selectable } from 'kysely';
import type { BootTokenRecord, BootTokenStore } from '../../domain/access/boot-token.ts';
import type { HostId } from '../../domain/host/host.ts';
import type { Instant } from '../../domain/time/clock.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';

/** How many tokens of one install may be alive: a firmware that fetches its script a few times keeps each of them. */
const LIVE_TOKENS = 4;

/** Boot tokens in SQLite, by hash. */
export class SqliteBootTokenStore implements BootTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(record: BootTokenRecord): Promise<void> {
    return this.#database.commit(() => {
      const { build } = this.#database;
      this.#database.run(build.insertInto('boot_tokens').values(toRow(record)));
      const kept = build
        .selectFrom('boot_tokens')
        .select('hash')
        .where('host_id', '=', record.host)
        .where('install_id', '=', record.installId)
        .where('revoked_at', 'is', null)
        // One that was used is in the hands of a machine; among the others the newest are.
        .orderBy((order) => order('uses', '>', 0), 'desc')
        .orderBy('created_at', 'desc')
        .orderBy('hash')
        .limit(LIVE_TOKENS);
      this.#database.run(
        build
          .updateTable('boot_tokens')
          .set({ revoked_at: record.createdAt })
          .where('host_id', '=', record.host)
          .where('revoked_at', 'is', null)
          .where('hash', 'not in', kept),
      );
    });
  }

  revokeOthers(hash: string, at: Instant): Promise<void> {
    return this.#database.commit(() => {
      const { build } = this.#database;
      const host = build.selectFrom('boot_tokens').select('host_id').where('hash', '=', hash);
      this.#database.run(
        build
          .updateTable('boot_tokens')
          .set({ revoked_at: at })
          .where('host_id', '=', host)
          .where('hash', '!=', hash)
          .where('revoked_at', 'is', null),
      );
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
