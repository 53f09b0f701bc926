import type { EventQuery, EventStore, HearthEvent, NewEvent } from '../../src/domain/event/event.ts';
import { Problem } from '../../src/domain/error/problem.ts';

/** The event log in memory. */
export class MemoryEventStore implements EventStore {
  readonly #events: HearthEvent[] = [];
  /** Set to let every append fail, as a full disk does. */
  broken = false;

  append(event: NewEvent, at: number): Promise<HearthEvent> {
    if (this.broken) return Promise.reject(new Problem('storage-full', 'The disk is full.'));
    const stored = { ...event, id: this.#events.length + 1, at };
    this.#events.push(stored);
    return Promise.resolve(stored);
  }

  list(query: EventQuery): Promise<readonly HearthEvent[]> {
    const wanted = this.#events.filter(
      (event) => event.id > (query.after ?? 0) && (query.host === undefined || event.host === query.host),
    );
    return Promise.resolve(wanted.slice(-(query.limit ?? 200)));
  }
}
