import type { Instant } from '../time/clock.ts';
import type { Role } from './role.ts';

/** What is kept of a program's token (`HEARTH_TOKEN`); the token itself is shown once. */
export interface ApiToken {
  readonly id: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly createdBy: string;
  readonly createdAt: Instant;
  readonly expiresAt?: Instant | undefined;
  readonly lastUsedAt?: Instant | undefined;
}

export interface ApiTokenStore {
  list(): Promise<readonly ApiToken[]>;
  add(token: ApiToken): Promise<void>;
  find(hash: string): Promise<ApiToken | undefined>;
  /** Remembers that a token was used. */
  touch(hash: string, at: Instant): Promise<void>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}
