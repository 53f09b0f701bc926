import { beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../../../src/domain/access/accounts.ts';
import { ApiTokens } from '../../../../src/domain/access/api-tokens.ts';
import { SESSION_SECONDS, SignIn } from '../../../../src/domain/access/sign-in.ts';
import type { SessionStore } from '../../../../src/domain/access/session.ts';
import type { UserStore } from '../../../../src/domain/access/user.ts';
import { memoryAccessStores } from '../../../fakes/access-stores.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';

const HOME = '192.0.2.1';
const OWN = 'a password of my own';

let clock: FakeClock;
let events: RecordingEventLog;
let users: UserStore;
let sessions: SessionStore;
let accounts: Accounts;
let signIn: SignIn;
let tokens: ApiTokens;
let password: string;

beforeEach(async () => {
  clock = new FakeClock();
  events = new RecordingEventLog();
  const stores = memoryAccessStores();
  ({ users, sessions } = stores);
  accounts = new Accounts({ users, sessions, events, clock });
  signIn = new SignIn({ users, sessions, events, clock });
  tokens = new ApiTokens({ store: stores.tokens, events, clock });
  password = (await accounts.ensureAdministrator())?.password ?? '';
});

describe('the first administrator', () => {
  it('is made once, with a password for one use', async () => {
    expect(password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(await accounts.ensureAdministrator()).toBeUndefined();
    const { principal } = await signIn.signIn('admin', password, HOME);
    expect(principal).toEqual({
      name: 'admin',
      role: 'administrator',
      via: 'session',
      mustChangePassword: true,
    });
    await accounts.changePassword('admin', password, OWN);
    await expect(signIn.signIn('admin', password, HOME)).rejects.toMatchObject({ code: 'sign-in-failed' });
    expect((await signIn.signIn('admin', OWN, HOME)).principal.mustChangePassword).toBe(false);
  });

  it('cannot be the last to leave', async () => {
    await expect(accounts.remove('admin', 'admin')).rejects.toThrow('last administrator');
    await expect(accounts.setRole('admin', 'viewer', 'admin')).rejects.toThrow('last administrator');
    await accounts.add({ name: 'second', role: 'administrator' }, 'admin');
    await accounts.remove('admin', 'second');
    expect((await accounts.list()).map((user) => user.name)).toEqual(['second']);
  });
});

describe('signing in', () => {
  it('fails the same way for a wrong password and a name that is nobody’s', async () => {
    for (const name of ['admin', 'nobody', '../etc', '']) {
      await expect(signIn.signIn(name, 'wrong', HOME)).rejects.toMatchObject({
        code: 'sign-in-failed',
        message: 'Name or password is wrong.',
      });
    }
  });

  it('is refused after many failures from an address, also at once, and says for how long', async () => {
    const tries = Array.from({ length: 30 }, () =>
      signIn.signIn('admin', 'wrong', HOME).catch((e: unknown) => e),
    );
    const codes = (await Promise.all(tries)).map((error) => (error as { code: string }).code);
    expect(codes.filter((code) => code === 'sign-in-failed').length).toBeLessThanOrEqual(8);
    for (let n = 0; n < 8; n += 1) await signIn.signIn('admin', 'wrong', HOME).catch(() => undefined);
    await expect(signIn.signIn('admin', password, HOME)).rejects.toMatchObject({
      code: 'too-many-attempts',
      retryAfterSeconds: 300,
    });
    expect((await signIn.signIn('admin', password, '192.0.2.2')).principal.name).toBe('admin');
    clock.advance(300);
    expect((await signIn.signIn('admin', password, HOME)).principal.name).toBe('admin');
  });

  it('leaves no password and no cookie in events or stores', async () => {
    const { secret } = await signIn.signIn('admin', password, HOME);
    const kept = JSON.stringify([events.events, await users.list(), await sessions.find(secret)]);
    expect(kept).not.toContain(password);
    expect(kept).not.toContain(secret);
  });
});

describe('a session', () => {
  it('ends after its time, when signed out, and when the user is removed', async () => {
    const { secret } = await signIn.signIn('admin', password, HOME);
    expect(await signIn.authenticate(secret)).toMatchObject({ name: 'admin', via: 'session' });
    clock.advance(SESSION_SECONDS);
    expect(await signIn.authenticate(secret)).toBeUndefined();
    const second = await signIn.signIn('admin', password, HOME);
    await signIn.signOut(second.secret);
    expect(await signIn.authenticate(second.secret)).toBeUndefined();
  });

  it('ends everywhere else when the password is changed or reset', async () => {
    const elsewhere = await signIn.signIn('admin', password, HOME);
    await accounts.changePassword('admin', password, OWN);
    expect(await signIn.authenticate(elsewhere.secret)).toBeUndefined();
    const again = await signIn.signIn('admin', OWN, HOME);
    const next = await accounts.resetPassword('admin', 'local administrator');
    expect(await signIn.authenticate(again.secret)).toBeUndefined();
    expect((await signIn.signIn('admin', next, HOME)).principal.mustChangePassword).toBe(true);
  });

  it('has the role of now', async () => {
    const viewer = await accounts.add({ name: 'vera', role: 'viewer' }, 'admin');
    const { secret } = await signIn.signIn('vera', viewer, HOME);
    await accounts.setRole('vera', 'administrator', 'admin');
    expect((await signIn.authenticate(secret))?.role).toBe('administrator');
  });
});

describe('a password', () => {
  it('must be long, new, and set by whoever knows the present one', async () => {
    await expect(accounts.changePassword('admin', password, 'short')).rejects.toThrow('12 to 256');
    await expect(accounts.changePassword('admin', password, 'x'.repeat(257))).rejects.toThrow('12 to 256');
    await expect(accounts.changePassword('admin', password, password)).rejects.toThrow('the old one');
    await expect(accounts.changePassword('admin', 'wrong', OWN)).rejects.toMatchObject({
      code: 'sign-in-failed',
    });
  });
});

describe('the token of a program', () => {
  it('is known by its hash, has a role, ends, and can be taken back', async () => {
    const { token, record } = await tokens.create(
      { name: 'ci', role: 'viewer', lifetimeSeconds: 60 },
      'admin',
    );
    expect(JSON.stringify([record, events.events])).not.toContain(token);
    expect(await tokens.authenticate(token)).toMatchObject({ role: 'viewer', via: 'token' });
    expect(await tokens.authenticate(`${token.slice(0, -1)}!`)).toBeUndefined();
    clock.advance(60);
    expect(await tokens.authenticate(token)).toBeUndefined();
    const lasting = await tokens.create({ name: 'cd', role: 'administrator' }, 'admin');
    await tokens.remove(lasting.record.id, 'admin');
    expect(await tokens.authenticate(lasting.token)).toBeUndefined();
    await expect(tokens.remove(lasting.record.id, 'admin')).rejects.toMatchObject({ code: 'user-not-found' });
  });
});
