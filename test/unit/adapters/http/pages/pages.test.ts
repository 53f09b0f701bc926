import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFactsReport } from '../../../../../src/domain/host/facts-report.ts';
import type { HostInventory } from '../../../../../src/domain/host/inventory.ts';
import { parseMac } from '../../../../../src/protocol/address/mac.ts';
import type { MacAddress } from '../../../../../src/protocol/address/mac.ts';
import type { TestAppliance } from '../../../../fakes/appliance.ts';
import { startWithPages } from '../../../../fakes/pages.ts';

const PASSWORD = 'a kettle on the hearth';
const HTML = { accept: 'text/html' };
const HOSTILE = `"><script>alert(1)</script><a hx-get="/x" hx-trigger="load">`;

let appliance: TestAppliance;
let cookie: string;

beforeAll(async () => {
  appliance = await startWithPages();
  const { access, password } = appliance;
  await access.accounts.changePassword('admin', password, PASSWORD);
  const { secret } = await access.signIn.signIn('admin', PASSWORD, '127.0.0.1');
  cookie = `__Host-hearth=${secret}`;
});

afterAll(() => appliance.stop());

function macOf(text: string): MacAddress {
  const mac = parseMac(text);
  if (mac === undefined) throw new Error(`${text} is no MAC address`);
  return mac;
}

const get = (path: string, headers: Record<string, string> = {}) =>
  appliance.ask({ path, headers: { ...HTML, cookie, ...headers } });

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  appliance.ask({
    method: 'POST',
    path,
    headers: {
      ...HTML,
      cookie,
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
    body: new URLSearchParams(form).toString(),
  });

describe('pages', () => {
  it('lead who is not signed in to the sign-in page and back', async () => {
    const { status, headers } = await appliance.ask({ path: '/hosts/node1', headers: HTML });
    expect({ status, location: headers.location }).toEqual({
      status: 303,
      location: '/signin?next=%2Fhosts%2Fnode1',
    });
    expect((await appliance.ask({ path: '/signin', headers: HTML })).status).toBe(200);
  });

  it('show the sign-in page as a whole when a session ends while a page is open', async () => {
    const { status, headers } = await appliance.ask({
      path: '/signin',
      headers: { ...HTML, 'hx-request': 'true' },
    });
    expect({ status, redirect: headers['hx-redirect'] }).toEqual({ status: 204, redirect: '/signin' });
  });

  it('hold no inline script or style, so that the policy can forbid them', async () => {
    for (const path of ['/', '/events', '/networks', '/media', '/clusters', '/signin', '/password']) {
      const { status, text, headers } = await get(path);
      expect(status, path).toBe(200);
      expect(text, path).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
      expect(headers['content-security-policy'], path).toContain("default-src 'self'");
    }
  });

  it('serve their files to everyone, to be kept for ever', async () => {
    const page = await appliance.ask({ path: '/signin', headers: HTML });
    const files = [...page.text.matchAll(/\/static\/[\w/.-]+/g)].map(([path]) => path);
    expect(files.some((path) => path.endsWith('htmx.js'))).toBe(true);
    for (const path of new Set(files)) {
      const { status, headers } = await appliance.ask({ path });
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(headers['cache-control']).toContain('immutable');
    }
    expect((await appliance.ask({ path: '/static/x/..%2f..%2fpackage.json' })).status).toBe(404);
  });

  it('show what machines say as text', async () => {
    const hosts = appliance.services.hosts as HostInventory;
    const mac = macOf('52:54:00:00:00:09');
    await hosts.sighted({ at: 1, network: HOSTILE, mac, vendorClass: HOSTILE });
    const host = hosts.find(mac);
    const facts = `vendor\t${HOSTILE}\nserial\t${HOSTILE}\ndisk\tvda\t1\t0\t${HOSTILE}\t${HOSTILE}\t`;
    await hosts.recordFacts(host.id, parseFactsReport(facts, 1));
    for (const path of ['/', '/hosts-list', `/hosts/${host.name}`, `/hosts/${host.name}/accept`, '/events']) {
      const { status, text } = await get(path);
      expect(status, path).toBe(200);
      expect(text, path).not.toContain('<script>alert');
      expect(text, path).not.toContain('hx-get="/x"');
      expect(text, path).toContain('&lt;script&gt;alert');
    }
  });

  it('take forms from their own origin only', async () => {
    const { hosts } = appliance.services;
    await hosts.add({ name: 'node1', macs: [macOf('52:54:00:00:00:01')] }, 'test');
    expect((await post('/hosts/node1/release', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(hosts.find('node1').state).toBe('registered');
    const released = await post('/hosts/node1/release', {});
    expect({ status: released.status, to: released.headers.location }).toEqual({
      status: 303,
      to: '/hosts/node1',
    });
    expect(hosts.find('node1').state).toBe('released');
  });

  it('say on a page what is wrong and what to do', async () => {
    const missing = await get('/hosts/nobody');
    expect(missing.status).toBe(404);
    expect(missing.text).toContain('There is no host');
    expect(missing.text).toContain('What to do');
    expect((await get('/hosts/node1/arm')).status).toBe(409);
  });

  it('offer a viewer nothing to press, and take nothing from one', async () => {
    const { accounts, signIn } = appliance.access;
    const once = await accounts.add({ name: 'eve', role: 'viewer' }, 'test');
    await accounts.changePassword('eve', once, PASSWORD);
    const { secret } = await signIn.signIn('eve', PASSWORD, '127.0.0.1');
    const eve = { cookie: `__Host-hearth=${secret}` };
    expect((await get('/', eve)).text).not.toContain('Accept…');
    expect((await get('/hosts/node1', eve)).text).not.toContain('hx-target="#dialog"');
    expect((await post('/hosts/node1/accept', { name: 'mine' }, eve)).status).toBe(403);
  });

  it('sign out for good', async () => {
    const { secret } = await appliance.access.signIn.signIn('admin', PASSWORD, '127.0.0.1');
    const other = { cookie: `__Host-hearth=${secret}` };
    expect((await post('/signout', {}, other)).status).toBe(303);
    expect((await get('/', other)).status).toBe(303);
  });
});
