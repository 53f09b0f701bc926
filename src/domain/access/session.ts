import type { Instant } from '../time/clock.ts';

/** What is kept of a session; the cookie holds a secret of which only the SHA-256 is here. */
export interface Session {
  readonly hash: string;
  readonly user: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** From where the person signed in. */
  readonly address?: string | undefined;
}

export interface SessionStore {
  add(session: Session): Promise<void>;
  find(hash: string): Promise<Session | undefined>;
  remove(hash: string): Promise<void>;
  /** Ends all sessions of a user, but the one given. */
  removeForUser(user: string, exceptHash?: string): Promise<number>;
  /** Forgets sessions that expired before a moment. */
  sweep(before: Instant): Promise<number>;
}
