import type { Selectable } from 'kysely';
import type { Role } from '../../domain/access/role.ts';
import type { User, UserStore } from '../../domain/access/user.ts';
import { Problem } from '../../domain/error/problem.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { isConstraintViolation } from './failure.ts';
import type { Tables } from './tables.ts';

/** People in SQLite. */
export class SqliteUserStore implements UserStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  list(): Promise<readonly User[]> {
    return attempt(() =>
      this.#database.rows(this.#database.build.selectFrom('users').selectAll().orderBy('name')).map(fromRow),
    );
  }

  get(name: string): Promise<User | undefined> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('users').selectAll().where('name', '=', name);
      const row = this.#database.first(query);
      return row === undefined ? undefined : fromRow(row);
    });
  }

  add(user: User): Promise<void> {
    return attempt(() => {
      try {
        this.#database.run(this.#database.build.insertInto('users').values(toRow(user)));
      } catch (thrown) {
        if (!isConstraintViolation(thrown)) throw thrown;
        throw new Problem('user-exists', `There is a user named ${user.name} already.`, { cause: thrown });
      }
    });
  }

  update(user: User): Promise<void> {
    return attempt(() => {
      const { build } = this.#database;
      if (this.#database.run(build.updateTable('users').set(toRow(user)).where('name', '=', user.name)) > 0)
        return;
      throw new Problem('user-not-found', `There is no user named ${user.name}.`);
    });
  }

  remove(name: string): Promise<boolean> {
    return attempt(
      () => this.#database.run(this.#database.build.deleteFrom('users').where('name', '=', name)) > 0,
    );
  }
}

type Row = Selectable<Tables['users']>;

function toRow(user: User): Row {
  return {
    name: user.name,
    role: user.role,
    password_hash: user.passwordHash,
    must_change_password: user.mustChangePassword ? 1 : 0,
    created_at: user.createdAt,
  };
}

function fromRow(row: Row): User {
  return {
    name: row.name,
    role: readRole(row.role),
    passwordHash: row.password_hash,
    mustChangePassword: row.must_change_password !== 0,
    createdAt: row.created_at,
  };
}

/** What cannot be read grants the least. */
export function readRole(text: string): Role {
  return text === 'administrator' ? 'administrator' : 'viewer';
}
