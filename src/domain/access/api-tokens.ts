import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Clock } from '../time/clock.ts';
import type { ApiToken, ApiTokenStore } from './api-token.ts';
import { hashSecret, randomSecret, sameHash } from './random-secret.ts';
import type { Principal, Role } from './role.ts';

/** Makes a leaked token findable by scanners of repositories. */
const PREFIX = 'hearth_';
const SHAPE = /^hearth_[A-Za-z0-9_-]{43}$/;
/** A disk write for each request would be too much for what it tells. */
const TOUCH_INTERVAL_MS = 60_000;

interface NewApiToken {
  readonly name: string;
  readonly role: Role;
  readonly lifetimeSeconds?: number | undefined;
}

/** Tokens of programs, sent as `Authorization: Bearer …` (`HEARTH_TOKEN`). */
export class ApiTokens {
  readonly #store: ApiTokenStore;
  readonly #events: EventLog;
  readonly #clock: Clock;

  constructor(deps: { readonly store: ApiTokenStore; readonly events: EventLog; readonly clock: Clock }) {
    this.#store = deps.store;
    this.#events = deps.events;
    this.#clock = deps.clock;
  }

  async list(): Promise<readonly ApiToken[]> {
    return this.#store.list();
  }

  /** @returns the record, and the token, which is shown this once */
  async create(
    input: NewApiToken,
    actor: string,
  ): Promise<{ readonly record: ApiToken; readonly token: string }> {
    const token = PREFIX + randomSecret();
    const createdAt = this.#clock.now();
    const { name, role, lifetimeSeconds } = input;
    const record: ApiToken = {
      id: randomSecret().slice(0, 12),
      hash: hashSecret(token),
      name,
      role,
      createdBy: actor,
      createdAt,
      ...(lifetimeSeconds === undefined ? {} : { expiresAt: createdAt + lifetimeSeconds * 1000 }),
    };
    await this.#store.add(record);
    this.#tell('api-token.created', `Token ${record.id} "${name}" (${role}) was made.`, actor);
    return { record, token };
  }

  /** @throws Problem `user-not-found` */
  async remove(id: string, actor: string): Promise<void> {
    if (!(await this.#store.remove(id))) {
      throw new Problem('user-not-found', `There is no token "${id.slice(0, 40)}".`);
    }
    this.#tell('api-token.removed', `Token ${id} is void now.`, actor);
  }

  async authenticate(token: string): Promise<Principal | undefined> {
    if (!SHAPE.test(token)) return undefined;
    const hash = hashSecret(token);
    const record = await this.#store.find(hash);
    const now = this.#clock.now();
    if (record === undefined || !sameHash(record.hash, hash)) return undefined;
    if (record.expiresAt !== undefined && now >= record.expiresAt) return undefined;
    if (now - (record.lastUsedAt ?? 0) >= TOUCH_INTERVAL_MS) {
      // A full disk must not lock programs out.
      await this.#store.touch(hash, now).catch(() => undefined);
    }
    return { name: `token ${record.name}`, role: record.role, via: 'token', mustChangePassword: false };
  }

  #tell(type: string, text: string, actor: string): void {
    this.#events.record({ level: 'info', type, text, actor });
  }
}
