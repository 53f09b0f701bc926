import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { Clock } from '../time/clock.ts';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, hashPassword, verifyPassword } from './password.ts';
import { oneTimePassword } from './random-secret.ts';
import type { Role } from './role.ts';
import type { SessionStore } from './session.ts';
import { isUserName } from './user.ts';
import type { User, UserStore } from './user.ts';

const FIRST_ADMINISTRATOR = 'admin';

interface AccountsDependencies {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The people: who they are, what they may do, and their passwords. There is always an administrator. */
export class Accounts {
  readonly #deps: AccountsDependencies;

  constructor(deps: AccountsDependencies) {
    this.#deps = deps;
  }

  /**
   * Makes the first administrator when there is no user at all.
   *
   * @returns the name and a password for one use, to be shown once and kept nowhere; undefined when there are users
   */
  async ensureAdministrator(): Promise<{ readonly name: string; readonly password: string } | undefined> {
    if ((await this.#deps.users.list()).length > 0) return undefined;
    const password = await this.add({ name: FIRST_ADMINISTRATOR, role: 'administrator' }, 'hearth');
    return { name: FIRST_ADMINISTRATOR, password };
  }

  async list(): Promise<readonly User[]> {
    return this.#deps.users.list();
  }

  /** @returns a password for one use */
  async add(input: { readonly name: string; readonly role: Role }, actor: string): Promise<string> {
    const { name, role } = input;
    if (!isUserName(name)) {
      throw new Problem('input-invalid', `User name ${JSON.stringify(name.slice(0, 80))} is not allowed.`, {
        remedy:
          'Use 1 to 32 lower-case letters, digits, dots, dashes and underscores, beginning with a letter.',
      });
    }
    const password = oneTimePassword();
    const passwordHash = await hashPassword(password);
    const createdAt = this.#deps.clock.now();
    await this.#deps.users.add({ name, role, passwordHash, mustChangePassword: true, createdAt });
    this.#tell('user.added', `User ${name} (${role}) was added.`, actor);
    return password;
  }

  async setRole(name: string, role: Role, actor: string): Promise<void> {
    const user = await this.find(name);
    if (user.role === role) return;
    if (role !== 'administrator') await this.#keepAnAdministrator(user);
    await this.#deps.users.update({ ...user, role });
    this.#tell('user.role', `User ${name} is ${role} now.`, actor);
  }

  async remove(name: string, actor: string): Promise<void> {
    await this.#keepAnAdministrator(await this.find(name));
    await this.#deps.users.remove(name);
    this.#tell('user.removed', `User ${name} was removed.`, actor);
  }

  /** Gives a user a new password for one use and ends the sessions. */
  async resetPassword(name: string, actor: string): Promise<string> {
    const password = oneTimePassword();
    const passwordHash = await hashPassword(password);
    await this.#deps.users.update({ ...(await this.find(name)), passwordHash, mustChangePassword: true });
    await this.#deps.sessions.removeForUser(name);
    this.#tell('user.password', `The password of ${name} was reset.`, actor);
    return password;
  }

  /**
   * Changes one's own password and ends the other sessions.
   *
   * @param keep hash of the session that goes on
   */
  async changePassword(name: string, current: string, next: string, keep?: string): Promise<void> {
    const user = await this.find(name);
    if (!(await verifyPassword(current, user.passwordHash))) {
      throw new Problem('sign-in-failed', 'The current password is wrong.');
    }
    checkPassword(next, current);
    const passwordHash = await hashPassword(next);
    await this.#deps.users.update({ ...user, passwordHash, mustChangePassword: false });
    await this.#deps.sessions.removeForUser(name, keep);
    this.#tell('user.password', `${name} chose a new password.`, name);
  }

  /** @throws Problem `user-not-found` */
  async find(name: string): Promise<User> {
    const user = await this.#deps.users.get(name);
    if (user === undefined) throw new Problem('user-not-found', `There is no user "${name.slice(0, 80)}".`);
    return user;
  }

  async #keepAnAdministrator(user: User): Promise<void> {
    if (user.role !== 'administrator') return;
    const others = (await this.#deps.users.list()).filter((one) => one.role === 'administrator');
    if (others.length > 1) return;
    throw new Problem('input-invalid', `${user.name} is the last administrator.`, {
      remedy: 'Make another user an administrator first.',
    });
  }

  #tell(type: string, text: string, actor: string): void {
    this.#deps.events.record({ level: 'info', type, text, actor });
  }
}

/** NIST SP 800-63B §5.1.1: length counts, rules about kinds of characters do not. */
function checkPassword(next: string, current: string): void {
  if (next.length < MIN_PASSWORD_LENGTH || next.length > MAX_PASSWORD_LENGTH) {
    throw new Problem(
      'input-invalid',
      `A password has ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`,
    );
  }
  if (next === current) throw new Problem('input-invalid', 'The new password is the old one.');
}
