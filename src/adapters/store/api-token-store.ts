import type { Selectable } from 'kysely';
import type { ApiToken, ApiTokenStore } from '../../domain/access/api-token.ts';
import type { Instant } from '../../domain/time/clock.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import type { Tables } from './tables.ts';
import { readRole } from './user-store.ts';

/** Tokens of programs in SQLite. */
export class SqliteApiTokenStore implements ApiTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(): Promise<readonly ApiToken[]> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('api_tokens').selectAll().orderBy('created_at');
      return this.#database.rows(query).map(fromRow);
    });
  }

  add(token: ApiToken): Promise<void> {
    return attempt(() => {
      this.#database.run(this.#database.build.insertInto('api_tokens').values(toRow(token)));
    });
  }

  find(hash: string): Promise<ApiToken | undefined> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('api_tokens').selectAll().where('hash', '=', hash);
      const row = this.#database.first(query);
      return row === undefined ? undefined : fromRow(row);
    });
  }

  touch(hash: string, at: Instant): Promise<void> {
    return attempt(() => {
      const { build } = this.#database;
      this.#database.run(build.updateTable('api_tokens').set({ last_used_at: at }).where('hash', '=', hash));
    });
  }

  remove(id: string): Promise<boolean> {
    return attempt(
      () => this.#database.run(this.#database.build.deleteFrom('api_tokens').where('id', '=', id)) > 0,
    );
  }
}

type Row = Selectable<Tables['api_tokens']>;

function toRow(token: ApiToken): Row {
  return {
    id: token.id,
    hash: token.hash,
    name: token.name,
    role: token.role,
    created_by: token.createdBy,
    created_at: token.createdAt,
    expires_at: token.expiresAt ?? null,
    last_used_at: token.lastUsedAt ?? null,
  };
}

function fromRow(row: Row): ApiToken {
  return {
    id: row.id,
    hash: row.hash,
    name: row.name,
    role: readRole(row.role),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
