import type { Session, SessionStore } from '../../domain/access/session.ts';
import type { Instant } from '../../domain/time/clock.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';

/** Sessions in SQLite, so that a restart of the appliance signs nobody out. */
export class SqliteSessionStore implements SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(session: Session): Promise<void> {
    return attempt(() => {
      const { hash, user, createdAt, expiresAt, address } = session;
      const row = { hash, user_name: user, created_at: createdAt, expires_at: expiresAt };
      const query = this.#database.build.insertInto('sessions').values({ ...row, address: address ?? null });
      this.#database.run(query);
    });
  }

  find(hash: string): Promise<Session | undefined> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('sessions').selectAll().where('hash', '=', hash);
      const row = this.#database.first(query);
      if (row === undefined) return undefined;
      return {
        hash: row.hash,
        user: row.user_name,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        address: row.address ?? undefined,
      };
    });
  }

  remove(hash: string): Promise<void> {
    return attempt(() => {
      this.#database.run(this.#database.build.deleteFrom('sessions').where('hash', '=', hash));
    });
  }

  removeForUser(user: string, exceptHash?: string): Promise<number> {
    return attempt(() => {
      let query = this.#database.build.deleteFrom('sessions').where('user_name', '=', user);
      if (exceptHash !== undefined) query = query.where('hash', '!=', exceptHash);
      return this.#database.run(query);
    });
  }

  sweep(before: Instant): Promise<number> {
    return attempt(() =>
      this.#database.run(this.#database.build.deleteFrom('sessions').where('expires_at', '<', before)),
    );
  }
}
