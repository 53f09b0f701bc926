import type { Instant } from '../time/clock.ts';
import type { Role } from './role.ts';

/** A person who signs in. */
export interface User {
  readonly name: string;
  readonly role: Role;
  /** Parameters, salt and hash in one text; see `password.ts`. */
  readonly passwordHash: string;
  readonly mustChangePassword: boolean;
  readonly createdAt: Instant;
}

/** Everything resolves when it is durable. */
export interface UserStore {
  list(): Promise<readonly User[]>;
  get(name: string): Promise<User | undefined>;
  /** Rejects with the Problem `user-exists` when the name is taken. */
  add(user: User): Promise<void>;
  /** Replaces the record of the same name; rejects with `user-not-found` when there is none. */
  update(user: User): Promise<void>;
  /** Removes the user and every session; false when there was none. */
  remove(name: string): Promise<boolean>;
}

/** Short names without anything that means something to a log, a URL or a page. */
export function isUserName(text: string): boolean {
  return /^[a-z][a-z0-9._-]{0,31}$/.test(text);
}
