import { z } from 'zod';
import type { ApiClient } from '../../src/cli/client.ts';

const eventSchema = z.object({
  at: z.number(),
  level: z.string(),
  type: z.string(),
  text: z.string(),
  host: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
});

/** A host that came into a state. */
export interface StateChange {
  readonly at: number;
  readonly host: string;
  readonly state: string;
}

/** Follows what the appliance tells while a fleet boots, as a page that someone looks at does. */
export class StateLog {
  readonly changes: StateChange[] = [];
  readonly alerts: string[] = [];
  readonly warnings = new Map<string, number>();
  #events = 0;
  readonly #end = new AbortController();
  #done: Promise<void> | undefined;
  #broken: unknown;

  start(api: ApiClient): void {
    this.#done = this.#follow(api).catch((error: unknown) => {
      this.#broken = error;
    });
  }

  get events(): number {
    return this.#events;
  }

  /** @throws Error when the stream broke, as the record then has holes */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
    if (this.#broken !== undefined) throw new Error('the event stream broke off', { cause: this.#broken });
  }

  /** How many hosts have been in a state. */
  reached(state: string): number {
    return new Set(this.changes.filter((one) => one.state === state).map((one) => one.host)).size;
  }

  async #follow(api: ApiClient): Promise<void> {
    for await (const document of api.follow('/api/v1/events/stream', this.#end.signal)) {
      const { at, level, type, text, host, data } = eventSchema.parse(document);
      this.#events += 1;
      if (level === 'alert') this.alerts.push(text);
      if (level === 'warning') this.warnings.set(type, (this.warnings.get(type) ?? 0) + 1);
      const state = data?.['state'];
      if (type === 'host.state' && host !== undefined && typeof state === 'string')
        this.changes.push({ at, host, state });
    }
    if (!this.#end.signal.aborted) throw new Error('the appliance ended the event stream');
  }
}
