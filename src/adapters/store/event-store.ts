import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { EventLevel, EventQuery, EventStore, HearthEvent, NewEvent } from '../../domain/event/event.ts';
import type { HostId } from '../../domain/host/host.ts';
import type { Instant } from '../../domain/time/clock.ts';
import { attempt } from './attempt.ts';
import type { Database } from './database.ts';
import { readJson } from './json-column.ts';
import type { Tables } from './tables.ts';

/** How long an event may wait for others to share its fsync. */
const BATCH_MS = 20;
/** A batch of this size holds the event loop for a few milliseconds. */
const MAX_BATCH = 200;
const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 10_000;
/** Oldest events go when there are more; at some 300 bytes each this is 60 MB. */
const DEFAULT_RETENTION = 200_000;
/** How many events come between two prunings. */
const PRUNE_EVERY = 1_000;

const dataSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const levels: readonly string[] = ['info', 'warning', 'alert'] satisfies readonly EventLevel[];

interface Waiting {
  readonly event: NewEvent;
  readonly at: Instant;
  readonly resolve: (stored: HearthEvent) => void;
  readonly reject: (reason: Error) => void;
}

/** The event log in SQLite. Appends that come close together are one transaction: one fsync for all. */
export class SqliteEventStore implements EventStore {
  readonly #database: Database;
  readonly #retention: number;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sincePruned = PRUNE_EVERY;

  constructor(database: Database, options: { readonly retention?: number } = {}) {
    this.#database = database;
    this.#retention = options.retention ?? DEFAULT_RETENTION;
  }

  append(event: NewEvent, at: Instant): Promise<HearthEvent> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, at, resolve, reject });
      this.#timer ??= setTimeout(() => this.flush(), BATCH_MS);
    });
  }

  list(query: EventQuery): Promise<readonly HearthEvent[]> {
    return attempt(() => {
      const limit = Math.min(Math.max(query.limit ?? DEFAULT_LIMIT, 1), MAX_LIMIT);
      let select = this.#database.build.selectFrom('events').selectAll().orderBy('id', 'desc').limit(limit);
      if (query.after !== undefined) select = select.where('id', '>', query.after);
      if (query.host !== undefined) select = select.where('host_id', '=', query.host);
      return this.#database.rows(select).map(fromRow).reverse();
    });
  }

  /** Stores what waits, now; for the end of the process. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting.splice(0, MAX_BATCH);
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.flush(), 0);
    if (batch.length === 0) return;
    let stored: readonly HearthEvent[];
    try {
      stored = this.#database.atomically(() => batch.map((one) => this.#insert(one)));
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown : new Error(String(thrown));
      for (const one of batch) one.reject(reason);
      return;
    }
    for (const [index, one] of batch.entries()) {
      const event = stored[index];
      if (event !== undefined) one.resolve(event);
    }
    this.#prune(batch.length);
  }

  #insert({ event, at }: Waiting): HearthEvent {
    const query = this.#database.build
      .insertInto('events')
      .values({
        at,
        level: event.level,
        type: event.type,
        text: event.text,
        host_id: event.host ?? null,
        address: event.address ?? null,
        actor: event.actor ?? null,
        data: event.data === undefined ? null : JSON.stringify(event.data),
      })
      .returning('id');
    return { ...event, id: this.#database.change(query)?.id ?? 0, at };
  }

  // Ids have no gaps worth counting: the newest id tells how many there are.
  #prune(added: number): void {
    this.#sincePruned += added;
    if (this.#sincePruned < Math.min(PRUNE_EVERY, this.#retention)) return;
    this.#sincePruned = 0;
    try {
      const { build } = this.#database;
      const newest = this.#database.first(
        build.selectFrom('events').select('id').orderBy('id', 'desc').limit(1),
      );
      if (newest === undefined) return;
      this.#database.run(build.deleteFrom('events').where('id', '<=', newest.id - this.#retention));
    } catch {
      // The events are stored; a full disk is reported by the next write.
    }
  }
}

function fromRow(row: Selectable<Tables['events']>): HearthEvent {
  return {
    id: row.id,
    at: row.at,
    level: levels.includes(row.level) ? (row.level as EventLevel) : 'info',
    type: row.type,
    text: row.text,
    ...(row.host_id === null ? {} : { host: row.host_id as HostId }),
    ...(row.address === null ? {} : { address: row.address }),
    ...(row.actor === null ? {} : { actor: row.actor }),
    ...(row.data === null ? {} : { data: readJson(dataSchema, row.data, `event ${row.id}`) }),
  };
}
