import type { EventLog, EventQuery, HearthEvent, NewEvent } from '../../src/domain/event/event.ts';

/** Keeps events in a list, so that a test can read what people would be told. */
export class RecordingEventLog implements EventLog {
  readonly events: HearthEvent[] = [];
  readonly #listeners = new Set<(event: HearthEvent) => void>();

  record(event: NewEvent): void {
    const stored = { ...event, id: this.events.length + 1, at: 0 };
    this.events.push(stored);
    for (const listener of this.#listeners) listener(stored);
  }

  subscribe(listener: (event: HearthEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(query: EventQuery): Promise<readonly HearthEvent[]> {
    const wanted = this.events.filter(
      (event) => event.id > (query.after ?? 0) && (query.host === undefined || event.host === query.host),
    );
    return Promise.resolve(wanted.slice(-(query.limit ?? 200)));
  }

  texts(): readonly string[] {
    return this.events.map((event) => event.text);
  }
}
