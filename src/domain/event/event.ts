import type { HostId } from '../host/host.ts';
import type { Instant } from '../time/clock.ts';

/** How much a person should care. `alert` asks for attention now: a replayed token, a rival DHCP server. */
export type EventLevel = 'info' | 'warning' | 'alert';

/**
 * Something that happened, in words. The event log is the audit trail: every file, unit and secret a host fetches is
 * in it with time, host and address. No event text holds a secret.
 */
export interface HearthEvent {
  readonly id: number;
  readonly at: Instant;
  readonly level: EventLevel;
  /** Dotted and stable, such as `host.state`, `boot.script`, `token.refused`: programs filter on it. */
  readonly type: string;
  readonly text: string;
  readonly host?: HostId | undefined;
  /** The address that a request came from. */
  readonly address?: string | undefined;
  /** The administrator who acted. */
  readonly actor?: string | undefined;
  readonly data?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

export type NewEvent = Omit<HearthEvent, 'id' | 'at'>;

export interface EventQuery {
  /** Only events with a greater id. */
  readonly after?: number | undefined;
  readonly host?: HostId | undefined;
  /** The newest this many; 200 unless told. */
  readonly limit?: number | undefined;
}

/** The stored log, oldest first. */
export interface EventStore {
  append(event: NewEvent, at: Instant): Promise<HearthEvent>;
  list(query: EventQuery): Promise<readonly HearthEvent[]>;
}

/** Where things that happen are told. Never throws and never waits: a full log must not stop a boot. */
export interface EventLog {
  record(event: NewEvent): void;
  subscribe(listener: (event: HearthEvent) => void): () => void;
  list(query: EventQuery): Promise<readonly HearthEvent[]>;
}
