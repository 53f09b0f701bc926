import type { Clock } from '../time/clock.ts';
import type { EventLog, EventQuery, EventStore, HearthEvent, NewEvent } from './event.ts';

/** Events that wait in memory while the disk takes none; the oldest are kept, as they say how it began. */
const MAX_HELD = 10_000;
/** Between two tries to store what is held. */
const RETRY_MS = 2_000;
/** Text from machines goes into events; nobody needs a novel. */
const MAX_TEXT_LENGTH = 4_000;

interface Held {
  readonly event: NewEvent;
  readonly at: number;
}

/**
 * Takes events from everywhere, has them stored, and tells listeners once they are. While the disk is full they wait
 * in memory; what had to be dropped is itself told when the disk takes events again.
 */
export class StoredEventLog implements EventLog {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: HearthEvent) => void>();
  readonly #underway = new Set<Promise<void>>();
  #held: Held[] = [];
  #dropped = 0;
  #retriedAt = 0;

  constructor(deps: { readonly store: EventStore; readonly clock: Clock }) {
    this.#store = deps.store;
    this.#clock = deps.clock;
  }

  record(event: NewEvent): void {
    const at = this.#clock.now();
    const short =
      event.text.length <= MAX_TEXT_LENGTH
        ? event
        : { ...event, text: `${event.text.slice(0, MAX_TEXT_LENGTH)}…` };
    if (this.#held.length > 0) {
      this.#hold({ event: short, at });
      this.retry();
    } else {
      this.#append({ event: short, at });
    }
  }

  subscribe(listener: (event: HearthEvent) => void): () => void {
    // A listener given twice is two subscriptions.
    const own = (event: HearthEvent): void => listener(event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  list(query: EventQuery): Promise<readonly HearthEvent[]> {
    return this.#store.list(query);
  }

  /** How many events wait for the disk. */
  get held(): number {
    return this.#held.length;
  }

  /** Tries to store what is held, at most every few seconds. */
  retry(): void {
    const now = this.#clock.now();
    if (this.#held.length === 0 || now - this.#retriedAt < RETRY_MS) return;
    this.#retriedAt = now;
    const held = this.#held;
    this.#held = [];
    if (this.#dropped > 0) {
      const text = `${this.#dropped} events were lost while the disk took none.`;
      held.push({ event: { level: 'alert', type: 'events.lost', text }, at: now });
      this.#dropped = 0;
    }
    for (const one of held) this.#append(one);
  }

  /** Resolves when everything recorded so far is stored or held. */
  async settled(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  #append(one: Held): void {
    const work = this.#store.append(one.event, one.at).then(
      (stored) => this.#tell(stored),
      () => this.#hold(one),
    );
    this.#underway.add(work);
    void work.finally(() => this.#underway.delete(work));
  }

  #hold(one: Held): void {
    if (this.#held.length < MAX_HELD) this.#held.push(one);
    else this.#dropped += 1;
  }

  #tell(event: HearthEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // A listener's fault is its own: the others still hear, and the event is stored.
      }
    }
  }
}
