import Database from 'better-sqlite3';
import type { LeaseRow } from './lease-row.ts';

/** Steps from an empty file to the present shape; `user_version` counts those done. Never edit one: add another. */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE lease (
     address    INTEGER PRIMARY KEY,
     client     TEXT NOT NULL,
     mac        TEXT,
     client_id  TEXT,
     uuid       TEXT,
     host_name  TEXT,
     network    TEXT NOT NULL,
     state      TEXT NOT NULL CHECK (state IN ('active', 'released', 'declined')),
     starts     INTEGER NOT NULL,
     expires    INTEGER NOT NULL,
     circuit_id TEXT,
     remote_id  TEXT,
     boot       INTEGER NOT NULL
   ) STRICT`,
];

const UPSERT = `INSERT OR REPLACE INTO lease
  (address, client, mac, client_id, uuid, host_name, network, state, starts, expires, circuit_id, remote_id, boot)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** How long a commit waits for another program's lock before it is given up: a client retries after 4 s. */
const BUSY_MS = 2000;

/** `leases.db`: one row per address. WAL and `synchronous=FULL`, so a committed transaction survives power loss. */
export class LeaseDatabase {
  readonly #database: Database.Database;
  readonly #upsert: Database.Statement;
  readonly #begin: Database.Statement;
  readonly #commit: Database.Statement;
  readonly #rollback: Database.Statement;

  constructor(file: string, maxBytes?: number) {
    this.#database = new Database(file, { timeout: BUSY_MS });
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#migrate();
    if (maxBytes !== undefined) {
      const page = this.#database.pragma('page_size', { simple: true }) as number;
      this.#database.pragma(`max_page_count = ${Math.ceil(maxBytes / page)}`);
    }
    this.#upsert = this.#database.prepare(UPSERT);
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#database.prepare('COMMIT');
    this.#rollback = this.#database.prepare('ROLLBACK');
  }

  load(): LeaseRow[] {
    return this.#database
      .prepare(
        `SELECT address, client, mac, client_id, uuid, host_name, network, state, starts, expires, circuit_id,
                remote_id, boot
         FROM lease ORDER BY expires`,
      )
      .raw()
      .all() as LeaseRow[];
  }

  /** Writes all rows or none, in one transaction and one fsync. */
  write(rows: readonly LeaseRow[]): void {
    this.#begin.run();
    try {
      for (const row of rows) this.#upsert.run(row);
      this.#commit.run();
    } finally {
      if (this.#database.inTransaction) this.#rollback.run();
    }
  }

  close(): void {
    this.#database.close();
  }

  #migrate(): void {
    const done = this.#database.pragma('user_version', { simple: true }) as number;
    if (done > MIGRATIONS.length) {
      throw new Error(
        `leases.db was written by a newer Hearth (schema ${done}, this one knows ${MIGRATIONS.length})`,
      );
    }
    MIGRATIONS.slice(done).forEach((step, index) => {
      this.#database.transaction(() => {
        this.#database.exec(step);
        this.#database.pragma(`user_version = ${done + index + 1}`);
      })();
    });
  }
}
