import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminRoutes } from '../../../../../src/adapters/http/admin/app.ts';
import { Metrics } from '../../../../../src/adapters/metrics/metrics.ts';
import { TestAppliance } from '../../../../fakes/appliance.ts';

let appliance: TestAppliance;

beforeAll(async () => {
  appliance = await TestAppliance.start();
});

afterAll(() => appliance.stop());

const problem = (code: string): unknown => ({ error: expect.objectContaining({ code }) as unknown });

describe('who is not known', () => {
  it('gets 401 from every route but the public ones', async () => {
    const { services, access } = appliance;
    const routes = adminRoutes({
      services,
      access,
      metrics: new Metrics(),
      log: undefined as never,
      version: '',
    });
    const open: string[] = [];
    for (const { method, path } of routes) {
      const { status } = await appliance.ask({
        method: method.toUpperCase(),
        path: path.replaceAll(/:\w+/g, 'x'),
      });
      if (status !== 401) open.push(`${method} ${path}`);
    }
    expect(open).toEqual(['get /healthz', 'get /readyz', 'post /api/v1/session']);
  });

  it('learns nothing about which paths exist', async () => {
    for (const path of ['/', '/nowhere', '/api/v1/nothing', '/api/v2/hosts', '/admin', '/metrics/']) {
      expect((await appliance.ask({ path })).status, path).toBe(401);
    }
  });

  it('cannot get by with a wrong token or cookie', async () => {
    for (const headers of [
      { authorization: `Bearer hearth_${'a'.repeat(43)}` },
      { authorization: 'Basic YWRtaW46YWRtaW4=' },
      { cookie: `__Host-hearth=${'a'.repeat(43)}` },
    ]) {
      expect((await appliance.ask({ path: '/api/v1/hosts', headers })).status).toBe(401);
    }
  });
});

describe('the UNIX socket', () => {
  it('is for its owner only, who is administrator', async () => {
    expect((await stat(join(appliance.directory, 'hearth.sock'))).mode & 0o777).toBe(0o600);
    const session = await appliance.local({ path: '/api/v1/session' });
    expect(session.json()).toMatchObject({ role: 'administrator', via: 'socket' });
  });
});

describe('hosts', () => {
  it('can be added, listed, changed and armed', async () => {
    const added = await appliance.local({
      method: 'POST',
      path: '/api/v1/hosts',
      body: { name: 'node1', macs: ['52-54-00-00-00-01'], address: '10.20.0.5' },
    });
    expect(added.status).toBe(201);
    expect(added.json()).toMatchObject({ name: 'node1', state: 'registered', macs: ['52:54:00:00:00:01'] });
    await appliance.local({
      method: 'POST',
      path: '/api/v1/hosts/node1/assign',
      body: { assignment: { cluster: 'c1', role: 'worker' }, address: null },
    });
    const armed = await appliance.local({ method: 'POST', path: '/api/v1/hosts/node1/arm', body: {} });
    expect(armed.json()).toMatchObject({ state: 'armed', install: { medium: 'ol8', image: 'ock' } });
    const list = await appliance.local({ path: '/api/v1/hosts?state=armed' });
    expect(list.json()).toMatchObject([
      { name: 'node1', waiting: expect.stringContaining('powered on') as unknown },
    ]);
    const cancelled = await appliance.local({
      method: 'POST',
      path: '/api/v1/hosts/52:54:00:00:00:01/cancel',
    });
    expect(cancelled.json()).toMatchObject({ state: 'registered' });
  });

  it('that clash are refused with the name of the other', async () => {
    const body = { name: 'node2', macs: ['52:54:00:00:00:01'] };
    const reply = await appliance.local({ method: 'POST', path: '/api/v1/hosts', body });
    expect(reply.status).toBe(409);
    expect(reply.json()).toEqual(problem('host-exists'));
    expect(reply.text).toContain('node1');
  });

  it('that are wrong are refused with the field that is wrong', async () => {
    const cases: readonly (readonly [unknown, string])[] = [
      [{ name: 'x', macs: ['zz'] }, 'macs.0'],
      [{ name: 'x', macs: ['52:54:00:00:00:99'], colour: 'red' }, 'colour'],
      [{ name: 'x', macs: Array.from({ length: 65 }, () => '52:54:00:00:00:99') }, 'macs'],
      ['{"name":', 'JSON'],
    ];
    for (const [body, field] of cases) {
      const reply = await appliance.local({ method: 'POST', path: '/api/v1/hosts', body });
      expect(reply.status).toBe(400);
      expect(reply.json()).toEqual(problem('input-invalid'));
      expect(reply.text).toContain(field);
    }
  });
});

describe('input', () => {
  it('that is too large or too deep is refused before it is understood', async () => {
    const large = await appliance.local({
      method: 'POST',
      path: '/api/v1/hosts',
      body: JSON.stringify({ name: 'x'.repeat(700_000) }),
    });
    expect(large.status).toBe(413);
    const deep = await appliance.local({
      method: 'POST',
      path: '/api/v1/hosts',
      body: `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`,
    });
    expect(deep.json()).toEqual(problem('too-large'));
  });

  it('of another kind than declared is refused', async () => {
    const reply = await appliance.local({
      method: 'POST',
      path: '/api/v1/hosts',
      headers: { 'content-type': 'text/plain' },
      body: '{}',
    });
    expect(reply.json()).toEqual(problem('input-invalid'));
  });
});

describe('faults', () => {
  it('show nothing of themselves to the client and are logged', async () => {
    const broken = await TestAppliance.start({
      services: { leases: () => Promise.reject(new Error('inside-detail')) },
    });
    const reply = await broken.local({ path: '/api/v1/leases' });
    expect(reply.status).toBe(500);
    expect(reply.text).not.toContain('inside-detail');
    expect(broken.log.join('')).toContain('inside-detail');
    await broken.stop();
  });
});

describe('answers', () => {
  it('carry a policy that lets no foreign or inline script run', async () => {
    const { headers } = await appliance.ask({ path: '/healthz' });
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('are described by OpenAPI with every route', async () => {
    const document = (await appliance.local({ path: '/openapi.json' })).json();
    expect(document).toMatchObject({
      openapi: '3.1.0',
      paths: { '/api/v1/hosts/{name}/arm': { post: { responses: { 200: {} } } } },
    });
  });

  it('include metrics that Prometheus reads', async () => {
    const { text, headers } = await appliance.local({ path: '/metrics' });
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain(
      'hearth_http_request_duration_seconds_count{listener="admin",method="GET",route="/healthz"',
    );
  });

  it('say 503 on /readyz while the disk takes no work', async () => {
    expect((await appliance.ask({ path: '/readyz' })).status).toBe(200);
    const sick = await TestAppliance.start({
      services: { status: () => ({ version: '', startedAt: 0, ready: false, parts: [] }) },
    });
    expect((await sick.ask({ path: '/readyz' })).status).toBe(503);
    await sick.stop();
  });
});
