import type { ApiToken, ApiTokenStore } from '../../src/domain/access/api-token.ts';
import type { Session, SessionStore } from '../../src/domain/access/session.ts';
import type { User, UserStore } from '../../src/domain/access/user.ts';
import { Problem } from '../../src/domain/error/problem.ts';

/** People, their sessions and tokens in memory. Sessions end with their user, as in the database. */
export function memoryAccessStores(): { users: UserStore; sessions: SessionStore; tokens: ApiTokenStore } {
  const sessions = new MemorySessionStore();
  return { users: new MemoryUserStore(sessions), sessions, tokens: new MemoryApiTokenStore() };
}

class MemoryUserStore implements UserStore {
  readonly #users = new Map<string, User>();
  readonly #sessions: SessionStore;

  constructor(sessions: SessionStore) {
    this.#sessions = sessions;
  }

  list(): Promise<readonly User[]> {
    return Promise.resolve([...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  get(name: string): Promise<User | undefined> {
    return Promise.resolve(this.#users.get(name));
  }

  add(user: User): Promise<void> {
    if (this.#users.has(user.name)) return Promise.reject(new Problem('user-exists', `${user.name} exists.`));
    this.#users.set(user.name, user);
    return Promise.resolve();
  }

  update(user: User): Promise<void> {
    if (!this.#users.has(user.name))
      return Promise.reject(new Problem('user-not-found', `No user ${user.name}.`));
    this.#users.set(user.name, user);
    return Promise.resolve();
  }

  async remove(name: string): Promise<boolean> {
    await this.#sessions.removeForUser(name);
    return this.#users.delete(name);
  }
}

class MemorySessionStore implements SessionStore {
  readonly #sessions = new Map<string, Session>();

  add(session: Session): Promise<void> {
    this.#sessions.set(session.hash, session);
    return Promise.resolve();
  }

  find(hash: string): Promise<Session | undefined> {
    return Promise.resolve(this.#sessions.get(hash));
  }

  remove(hash: string): Promise<void> {
    this.#sessions.delete(hash);
    return Promise.resolve();
  }

  removeForUser(user: string, exceptHash?: string): Promise<number> {
    return this.#removeIf((session) => session.user === user && session.hash !== exceptHash);
  }

  sweep(before: number): Promise<number> {
    return this.#removeIf((session) => session.expiresAt < before);
  }

  #removeIf(gone: (session: Session) => boolean): Promise<number> {
    const removed = [...this.#sessions.values()].filter(gone);
    for (const { hash } of removed) this.#sessions.delete(hash);
    return Promise.resolve(removed.length);
  }
}

class MemoryApiTokenStore implements ApiTokenStore {
  readonly #tokens = new Map<string, ApiToken>();

  list(): Promise<readonly ApiToken[]> {
    return Promise.resolve([...this.#tokens.values()].sort((a, b) => a.createdAt - b.createdAt));
  }

  add(token: ApiToken): Promise<void> {
    this.#tokens.set(token.hash, token);
    return Promise.resolve();
  }

  find(hash: string): Promise<ApiToken | undefined> {
    return Promise.resolve(this.#tokens.get(hash));
  }

  touch(hash: string, at: number): Promise<void> {
    const token = this.#tokens.get(hash);
    if (token !== undefined) this.#tokens.set(hash, { ...token, lastUsedAt: at });
    return Promise.resolve();
  }

  remove(id: string): Promise<boolean> {
    const token = [...this.#tokens.values()].find((one) => one.id === id);
    return Promise.resolve(token !== undefined && this.#tokens.delete(token.hash));
  }
}
