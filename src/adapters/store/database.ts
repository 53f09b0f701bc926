import SqliteFile from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { Compilable } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { Migration } from 'kysely/migration';
import { Problem } from '../../domain/error/problem.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { makePrivateFile } from './data-directory.ts';
import { storageProblem } from './failure.ts';
import type { StorageHealth } from './failure.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Tables } from './tables.ts';

/**
 * SQLite waits inside the call, on the thread that answers DHCP. The appliance is the only writer (it holds the
 * directory's lock), so waiting long would help nobody.
 */
const BUSY_TIMEOUT_MS = 250;
/** Between two tries to write while the disk is full. */
const PROBE_INTERVAL_MS = 1_000;
/** Statements differ by the columns they name, so there are few; lists of values make more of them. */
const MAX_STATEMENTS = 500;

/** Writes that share one transaction; each holds the event loop for about 0.2 ms. */
const MAX_GROUP = 50;

/** A write that waits for the next group. */
interface PendingWrite {
  /** Does the work; what it returns settles the write once the group is on disk. */
  readonly run: () => () => void;
  readonly reject: (reason: Error) => void;
}

interface DatabaseOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Tables of other adapters, by names that sort after the ones they build on. */
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/**
 * The appliance's database: kysely builds and types the statements, this runs them.
 *
 * Statements run synchronously, and several writes only inside `atomically`, which never yields. Kysely's own
 * transactions would stay open across microtasks: another store's write could find itself inside a stranger's
 * transaction and be lost to that one's rollback after it was acknowledged. Its promises also resolve in microtasks
 * only, so that awaiting them in a loop starves the sockets while it looks asynchronous.
 */
export class Database {
  /** Builds statements; run them with the methods below. */
  readonly build: Kysely<Tables>;
  /** The connection itself, for pragmas and backups. */
  readonly connection: SqliteFile.Database;
  readonly #file: string;
  readonly #clock: Clock;
  readonly #statements = new Map<string, SqliteFile.Statement>();
  readonly #pending: PendingWrite[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #rest: NodeJS.Timeout | undefined;
  #restUntil = 0;
  #health: StorageHealth = { state: 'ok' };
  #probedAt = 0;

  private constructor(file: string, connection: SqliteFile.Database, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.connection = connection;
    this.build = new Kysely<Tables>({ dialect: new SqliteDialect({ database: connection }) });
  }

  /**
   * Opens the file with mode 0600, or makes it, and brings its tables up to date.
   *
   * @throws Problem `storage-full`, `storage-locked` or `storage-damaged`
   */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { file, clock } = options;
    makePrivateFile(file);
    let connection: SqliteFile.Database | undefined;
    try {
      connection = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS });
      for (const pragma of [
        'journal_mode = wal',
        'synchronous = full',
        'foreign_keys = on',
        'trusted_schema = off',
        'journal_size_limit = 67108864',
      ]) {
        connection.pragma(pragma);
      }
      const database = new Database(file, connection, clock);
      await database.#migrate({ ...MIGRATIONS, ...options.migrations });
      return database;
    } catch (thrown) {
      connection?.close();
      throw storageProblem(thrown, file) ?? thrown;
    }
  }

  rows<T>(query: Compilable<T>): readonly T[] {
    const { sql, parameters } = query.compile();
    return this.#guard('read', () => this.#statement(sql).all(...parameters) as T[]);
  }

  first<T>(query: Compilable<T>): T | undefined {
    const { sql, parameters } = query.compile();
    return this.#guard('read', () => this.#statement(sql).get(...parameters) as T | undefined);
  }

  /** @returns how many rows changed */
  run(query: Compilable): number {
    const { sql, parameters } = query.compile();
    return this.#guard('write', () => this.#statement(sql).run(...parameters).changes);
  }

  /** Runs a write that returns its row, if there was one. */
  change<T>(query: Compilable<T>): T | undefined {
    const { sql, parameters } = query.compile();
    return this.#guard('write', () => this.#statement(sql).get(...parameters) as T | undefined);
  }

  /** Runs all of `work` or nothing; durable when it returns. */
  atomically<T>(work: () => T): T {
    return this.#guard('write', () => this.connection.transaction(work).immediate());
  }

  /**
   * Runs all of `work` or nothing, together with the other writes of this turn of the event loop: they share one fsync,
   * which costs milliseconds on the thread that answers DHCP. Resolves when it is durable.
   *
   * After a group the disk is let be for as long as that group took: on a slow or busy disk groups grow instead of following
   * one another, and at least half of the time is left to the sockets.
   */
  commit<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        run: () => {
          const result = this.#alone(work);
          return () => resolve(result);
        },
        reject,
      });
      this.#schedule();
    });
  }

  /** Whether writes succeed. While they do not, a small write is tried now and then, so that recovery shows by itself. */
  health(): StorageHealth {
    const now = this.#clock.now();
    if (this.#health.state === 'failing' && now - this.#probedAt >= PROBE_INTERVAL_MS) {
      this.probe();
    }
    return this.#health;
  }

  /** Tries a write. */
  probe(): void {
    const at = this.#clock.now();
    try {
      this.run(
        this.build
          .insertInto('health_probe')
          .values({ id: 1, at })
          .onConflict((conflict) => conflict.column('id').doUpdateSet({ at })),
      );
    } catch {
      // The failure is in #health now.
    }
  }

  close(): void {
    while (this.#pending.length > 0) this.#writeGroup();
    clearImmediate(this.#scheduled);
    clearTimeout(this.#rest);
    this.#statements.clear();
    this.connection.close();
  }

  #schedule(): void {
    if (this.#scheduled !== undefined || this.#rest !== undefined) return;
    const rest = this.#restUntil - performance.now();
    // A timer's shortest wait is a millisecond; a fast disk needs no rest.
    if (rest < 1) this.#scheduled = setImmediate(() => this.#writeGroup());
    else this.#rest = setTimeout(() => this.#writeGroup(), rest);
  }

  #writeGroup(): void {
    this.#scheduled = undefined;
    this.#rest = undefined;
    const group = this.#pending.splice(0, MAX_GROUP);
    // What was scheduled may have been written by `close` already.
    if (group.length === 0) return;
    const startedAt = performance.now();
    try {
      const settle = this.atomically(() => group.map((write) => this.#outcome(write)));
      for (const one of settle) one();
    } catch (thrown) {
      // Nothing of the group is on disk, so nothing of it is acknowledged.
      for (const write of group) write.reject(asError(thrown));
    }
    const now = performance.now();
    this.#restUntil = now + (now - startedAt);
    if (this.#pending.length > 0) this.#schedule();
  }

  /** One write's refusal is its own; a failing disk is everyone's, as SQLite may have rolled all of it back. */
  #outcome(write: PendingWrite): () => void {
    try {
      return write.run();
    } catch (thrown) {
      if (isDiskFailure(thrown) || !this.connection.inTransaction) throw thrown;
      return () => write.reject(asError(thrown));
    }
  }

  // Inside a transaction better-sqlite3 makes this a savepoint.
  #alone<T>(work: () => T): T {
    return this.connection.transaction(work)();
  }

  #guard<T>(kind: 'read' | 'write', work: () => T): T {
    try {
      const result = work();
      if (kind === 'write' && !this.connection.inTransaction) this.#health = { state: 'ok' };
      return result;
    } catch (thrown) {
      const problem = storageProblem(thrown, this.#file);
      if (problem === undefined) throw thrown;
      this.#probedAt = this.#clock.now();
      const since = this.#health.state === 'failing' ? this.#health.since : this.#probedAt;
      this.#health = { state: 'failing', problem, since };
      throw problem;
    }
  }

  #statement(sql: string): SqliteFile.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const statement = this.connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  async #migrate(migrations: Readonly<Record<string, Migration>>): Promise<void> {
    const provider = { getMigrations: () => Promise.resolve({ ...migrations }) };
    const migrator = new Migrator({ db: this.build, provider });
    const known = await migrator.getMigrations();
    const { error } = await migrator.migrateToLatest();
    if (error === undefined) return;
    if (error instanceof Error && error.message.startsWith('corrupted migrations')) {
      throw new Problem('storage-damaged', `${this.#file} was written by another version of Hearth.`, {
        cause: error,
        remedy: `Run the version that wrote it, or restore the backup made before the upgrade. This version knows ${known.length} migrations.`,
      });
    }
    throw error instanceof Error ? error : new Error('A migration failed.', { cause: error });
  }
}

function isDiskFailure(thrown: unknown): boolean {
  return (
    thrown instanceof Problem && ['storage-full', 'storage-locked', 'storage-damaged'].includes(thrown.code)
  );
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
