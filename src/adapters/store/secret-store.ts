import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretStore } from '../../domain/access/secret-store.ts';
import { Problem } from '../../domain/error/problem.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import type { MasterKey } from './master-key.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MAX_SECRET_BYTES = 1 << 20;

/**
 * Secrets in SQLite, sealed with AES-256-GCM. The name is authenticated with the value, so that whoever can write the
 * table cannot pass one secret off as another.
 */
export class SqliteSecretStore implements SecretStore {
  readonly #database: Database;
  readonly #key: MasterKey;

  constructor(database: Database, key: MasterKey) {
    this.#database = database;
    this.#key = key;
  }

  put(name: string, value: Uint8Array): Promise<void> {
    return attempt(() => {
      if (value.length > MAX_SECRET_BYTES)
        throw new Problem('too-large', `Secret ${name} is larger than 1 MiB.`);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(name, 'utf8'));
      const sealed = Buffer.concat([cipher.update(value), cipher.final(), cipher.getAuthTag()]);
      const columns = { nonce, sealed, updated_at: Date.now() };
      this.#database.run(
        this.#database.build
          .insertInto('secrets')
          .values({ name, ...columns })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(columns)),
      );
    });
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return attempt(() => {
      const query = this.#database.build
        .selectFrom('secrets')
        .select(['nonce', 'sealed'])
        .where('name', '=', name);
      const row = this.#database.first(query);
      return row === undefined ? undefined : this.#open(name, row.nonce, row.sealed);
    });
  }

  remove(name: string): Promise<boolean> {
    return attempt(
      () => this.#database.run(this.#database.build.deleteFrom('secrets').where('name', '=', name)) > 0,
    );
  }

  names(prefix: string): Promise<readonly string[]> {
    return attempt(() => {
      const query = this.#database.build.selectFrom('secrets').select('name').orderBy('name');
      return this.#database
        .rows(query)
        .map((row) => row.name)
        .filter((name) => name.startsWith(prefix));
    });
  }

  #open(name: string, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
    const at = sealed.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(name, 'utf8'))
        .setAuthTag(sealed.subarray(at));
      return Buffer.concat([decipher.update(sealed.subarray(0, at)), decipher.final()]);
    } catch (cause) {
      throw new Problem(
        'storage-damaged',
        `Secret ${name} cannot be opened with the key in keys/master.key.`,
        {
          cause,
          remedy: 'Restore keys/master.key and hearth.db from the same backup.',
        },
      );
    }
  }
}
