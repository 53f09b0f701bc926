import { Router } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localPage } from '../../../../../src/adapters/http/admin/routes/session.ts';
import { TestAppliance } from '../../../../fakes/appliance.ts';
import type { Reply } from '../../../../fakes/appliance.ts';

let appliance: TestAppliance;
const OWN = 'a password of my own';

/** Pages that tell what the guard let through. */
function pages(): Router {
  const router = Router();
  router.get(['/', '/signin', '/password', '/static/style.css'], (_req, res) => {
    res.send(JSON.stringify(res.locals['user'] ?? 'nobody'));
  });
  router.post('/hosts/accept', (_req, res) => {
    res.send('accepted');
  });
  return router;
}

beforeAll(async () => {
  appliance = await TestAppliance.start({ pages: pages() });
});

afterAll(() => appliance.stop());

const origin = (): string => `https://127.0.0.1:${appliance.tls.port}`;
const signIn = (name: string, password: string, headers: Record<string, string> = {}): Promise<Reply> =>
  appliance.ask({ method: 'POST', path: '/api/v1/session', body: { name, password }, headers });

function cookieOf(reply: Reply): string {
  return reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** A user of a role with a password of their own, signed in. */
async function signedIn(name: string, role: 'administrator' | 'viewer'): Promise<string> {
  const once = await appliance.access.accounts.add({ name, role }, 'test');
  await appliance.access.accounts.changePassword(name, once, OWN);
  return cookieOf(await signIn(name, OWN));
}

describe('signing in', () => {
  it('gives a cookie that scripts, other sites and plain HTTP never get', async () => {
    const reply = await signIn('admin', appliance.password);
    expect(reply.status).toBe(200);
    expect(reply.headers['set-cookie']?.[0]).toMatch(
      /^__Host-hearth=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
  });

  it('with a password for one use leads to choosing one, and nowhere else', async () => {
    const cookie = cookieOf(await signIn('admin', appliance.password));
    const headers = { cookie, origin: origin() };
    const early = await appliance.ask({ path: '/api/v1/hosts', headers });
    expect(early.json()).toMatchObject({ error: { code: 'password-change-required' } });
    const page = await appliance.ask({ path: '/', headers: { ...headers, accept: 'text/html' } });
    expect([page.status, page.headers.location]).toEqual([303, '/password']);
    const changed = await appliance.ask({
      method: 'PUT',
      path: '/api/v1/session/password',
      body: { current: appliance.password, next: OWN },
      headers,
    });
    expect(changed.status).toBe(204);
    expect((await appliance.ask({ path: '/api/v1/hosts', headers })).status).toBe(200);
  });

  it('works from a form without scripts, and never leads to another site', async () => {
    await signedIn('form', 'viewer');
    const send = (password: string, next: string): Promise<Reply> =>
      appliance.ask({
        method: 'POST',
        path: '/api/v1/session',
        body: new URLSearchParams({ name: 'form', password, next }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
      });
    expect((await send(OWN, '/hosts')).headers.location).toBe('/hosts');
    expect((await send('wrong', '/hosts')).headers.location).toBe('/signin?failed=sign-in-failed');
    for (const evil of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      '/\t/evil.example',
      '/\n',
    ]) {
      expect(localPage(evil)).toBe('/');
    }
  });

  it('says when to come back after too many failures', async () => {
    const other = await TestAppliance.start();
    let reply: Reply | undefined;
    for (let n = 0; n < 9; n += 1) {
      reply = await other.ask({
        method: 'POST',
        path: '/api/v1/session',
        body: { name: 'admin', password: 'x' },
      });
    }
    expect(reply?.status).toBe(429);
    expect(Number(reply?.headers['retry-after'])).toBeGreaterThan(200);
    await other.stop();
  });

  it('ends with signing out', async () => {
    const cookie = await signedIn('leaver', 'viewer');
    const headers = { cookie, origin: origin() };
    const out = await appliance.ask({ method: 'DELETE', path: '/api/v1/session', headers });
    expect(out.headers['set-cookie']?.[0]).toContain('Max-Age=0');
    expect((await appliance.ask({ path: '/api/v1/session', headers })).status).toBe(401);
  });
});

describe('a page of another site', () => {
  it('cannot act with a session', async () => {
    const cookie = await signedIn('victim', 'administrator');
    const body = { name: 'forged', macs: ['52:54:00:00:aa:01'] };
    const post = (headers: Record<string, string>): Promise<Reply> =>
      appliance.ask({ method: 'POST', path: '/api/v1/hosts', body, headers: { cookie, ...headers } });
    const foreign: readonly Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: origin() },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'null' },
      {},
    ];
    for (const headers of foreign) {
      const reply = await post(headers);
      expect([reply.status, reply.json()]).toEqual([
        403,
        { error: expect.objectContaining({ code: 'cross-site' }) as unknown },
      ]);
    }
    expect((await post({ origin: origin() })).status).toBe(201);
  });

  it('cannot sign a person in under another name', async () => {
    const reply = await signIn('admin', OWN, { 'sec-fetch-site': 'cross-site' });
    expect(reply.json()).toMatchObject({ error: { code: 'cross-site' } });
  });
});

describe('a viewer', () => {
  it('sees hosts and changes nothing', async () => {
    const cookie = await signedIn('vera', 'viewer');
    const headers = { cookie, origin: origin() };
    expect((await appliance.ask({ path: '/api/v1/hosts', headers })).status).toBe(200);
    for (const [method, path] of [
      ['POST', '/api/v1/hosts'],
      ['GET', '/api/v1/users'],
      ['DELETE', '/api/v1/tokens/x'],
      ['POST', '/hosts/accept'],
    ] as const) {
      const reply = await appliance.ask({ method, path, headers });
      expect([path, reply.json()]).toMatchObject([path, { error: { code: 'forbidden' } }]);
    }
  });
});

describe('a token', () => {
  it('made over the API works as HEARTH_TOKEN until it is removed', async () => {
    const made = await appliance.local({
      method: 'POST',
      path: '/api/v1/tokens',
      body: { name: 'ci', role: 'administrator' },
    });
    const { token, id } = made.json() as { token: string; id: string };
    const headers = { authorization: `Bearer ${token}` };
    expect((await appliance.ask({ path: '/api/v1/session', headers })).json()).toMatchObject({
      via: 'token',
    });
    const list = await appliance.local({ path: '/api/v1/tokens' });
    expect(list.text).not.toContain(token);
    await appliance.local({ method: 'DELETE', path: `/api/v1/tokens/${id}` });
    expect((await appliance.ask({ path: '/api/v1/session', headers })).status).toBe(401);
  });
});

describe('pages', () => {
  it('lead whoever is not signed in to the sign-in page and back', async () => {
    const reply = await appliance.ask({ path: '/hosts/x?tab=facts', headers: { accept: 'text/html' } });
    expect([reply.status, reply.headers.location]).toEqual([303, '/signin?next=%2Fhosts%2Fx%3Ftab%3Dfacts']);
    expect((await appliance.ask({ path: '/' })).status).toBe(401);
    expect((await appliance.ask({ method: 'POST', path: '/hosts/accept' })).status).toBe(401);
  });

  it('that are public stay so, and signed-in ones know who looks', async () => {
    expect((await appliance.ask({ path: '/signin' })).text).toBe('"nobody"');
    expect((await appliance.ask({ path: '/static/style.css' })).status).toBe(200);
    const cookie = await signedIn('looker', 'viewer');
    expect((await appliance.ask({ path: '/', headers: { cookie } })).json()).toMatchObject({
      name: 'looker',
    });
  });
});

describe('the log', () => {
  it('has a line for each request and none of the secrets in them', async () => {
    const cookie = await signedIn('logged', 'viewer');
    await appliance.ask({ path: '/api/v1/hosts?state=hidden-query', headers: { cookie } });
    await appliance.ask({ path: `/t/${'q'.repeat(43)}/kickstart` });
    await signIn('logged', 'wrong-password-typed');
    const log = appliance.log.join('');
    expect(log).toContain('"path":"/api/v1/hosts"');
    expect(log).toContain('"user":"logged"');
    for (const secret of [cookie.slice(-43), 'hidden-query', 'q'.repeat(43), 'wrong-password-typed', OWN]) {
      expect(log).not.toContain(secret);
    }
  });
});
