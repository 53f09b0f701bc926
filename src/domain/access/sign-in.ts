import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Clock } from '../time/clock.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { hashSecret, randomSecret } from './random-secret.ts';
import type { Principal } from './role.ts';
import type { SessionStore } from './session.ts';
import { isUserName } from './user.ts';
import type { UserStore } from './user.ts';

/** A working day; the cookie ends with it. */
export const SESSION_SECONDS = 12 * 3600;
/** Each check costs 19 MiB and 30 ms of a core that also serves machines. */
const MAX_CHECKS_AT_ONCE = 4;

/** Too many attempts; says when to come back. */
export class TooManyAttempts extends Problem {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number) {
    super('too-many-attempts', `Too many attempts to sign in; try again in ${retryAfterSeconds} seconds.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface SignInDependencies {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** What a browser gets after a good password. */
interface SignedIn {
  /** The cookie's value; kept nowhere else. */
  readonly secret: string;
  readonly principal: Principal;
}

/** Passwords into sessions, and cookies back into people. */
export class SignIn {
  readonly #deps: SignInDependencies;
  readonly #byAddress: AttemptLimit;
  readonly #byName: AttemptLimit;
  #checks = 0;
  #decoy: Promise<string> | undefined;

  constructor(deps: SignInDependencies) {
    this.#deps = deps;
    // The limit by name is wide: a narrow one would let anyone lock an administrator out.
    this.#byAddress = new AttemptLimit(deps.clock, { failures: 8, windowSeconds: 300 });
    this.#byName = new AttemptLimit(deps.clock, { failures: 60, windowSeconds: 300 });
  }

  /** @throws Problem `sign-in-failed`, the same for an unknown name and a wrong password; `too-many-attempts` */
  async signIn(name: string, password: string, address: string): Promise<SignedIn> {
    const wait = Math.max(this.#byAddress.waitSeconds(address), this.#byName.waitSeconds(name));
    if (wait > 0) throw new TooManyAttempts(wait);
    if (this.#checks >= MAX_CHECKS_AT_ONCE) throw new TooManyAttempts(1);
    // Counted before the check: attempts made at the same time must not all pass the limit.
    this.#byAddress.failed(address);
    this.#byName.failed(name);
    this.#checks += 1;
    try {
      return await this.#check(name, password, address);
    } finally {
      this.#checks -= 1;
    }
  }

  /** Who a session's cookie belongs to; undefined when it ended. The role is that of now, not of when it began. */
  async authenticate(secret: string): Promise<Principal | undefined> {
    const session = await this.#deps.sessions.find(hashSecret(secret));
    if (session === undefined || this.#deps.clock.now() >= session.expiresAt) return undefined;
    const user = await this.#deps.users.get(session.user);
    if (user === undefined) return undefined;
    const { name, role, mustChangePassword } = user;
    return { name, role, mustChangePassword, via: 'session' };
  }

  async signOut(secret: string): Promise<void> {
    await this.#deps.sessions.remove(hashSecret(secret));
  }

  async sweep(): Promise<number> {
    return this.#deps.sessions.sweep(this.#deps.clock.now());
  }

  async #check(name: string, password: string, address: string): Promise<SignedIn> {
    const { users, sessions, events, clock } = this.#deps;
    const user = isUserName(name) ? await users.get(name) : undefined;
    // An unknown name takes as long as a wrong password.
    this.#decoy ??= hashPassword(randomSecret());
    const right = await verifyPassword(password, user?.passwordHash ?? (await this.#decoy));
    if (user === undefined || !right) {
      const who = user === undefined ? 'an unknown user' : user.name;
      events.record({
        level: 'warning',
        type: 'session.refused',
        text: `Signing in as ${who} failed.`,
        address,
      });
      throw new Problem('sign-in-failed', 'Name or password is wrong.');
    }
    this.#byAddress.succeeded(address);
    this.#byName.succeeded(name);
    const secret = randomSecret();
    const createdAt = clock.now();
    const expiresAt = createdAt + SESSION_SECONDS * 1000;
    await sessions.add({ hash: hashSecret(secret), user: user.name, createdAt, expiresAt, address });
    events.record({
      level: 'info',
      type: 'session.started',
      text: `${user.name} signed in.`,
      address,
      actor: user.name,
    });
    const { role, mustChangePassword } = user;
    return { secret, principal: { name: user.name, role, mustChangePassword, via: 'session' } };
  }
}
