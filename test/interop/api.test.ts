import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAppliance } from '../fakes/appliance.ts';

const run = promisify(execFile);
const missing = ['curl', 'openssl'].filter((tool) => spawnSync('which', [tool]).status !== 0);
if (missing.length > 0) console.warn(`LEFT OUT: the API with real clients needs ${missing.join(' and ')}.`);

let appliance: TestAppliance;
let authority: string;

describe.skipIf(missing.length > 0)('the API with real clients', () => {
  beforeAll(async () => {
    appliance = await TestAppliance.start();
    authority = join(appliance.directory, 'keys', 'admin-ca.crt');
  });

  afterAll(() => appliance.stop());

  const curl = async (...args: string[]): Promise<string> => (await run('curl', ['-sS', ...args])).stdout;
  const url = (path: string): string => `https://127.0.0.1:${appliance.tls.port}${path}`;

  const openssl = (...args: string[]): Promise<{ code: unknown; said: string }> =>
    new Promise((resolve) => {
      const child = execFile('openssl', args, { timeout: 20_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.code, said: stdout + stderr });
      });
      child.stdin?.end();
    });

  it('curl adds and lists hosts over the UNIX socket', async () => {
    const socket = ['--unix-socket', join(appliance.directory, 'hearth.sock')];
    const body = JSON.stringify({ name: 'node1', macs: ['52:54:00:00:00:01'] });
    const added = await curl(
      ...socket,
      '-H',
      'Content-Type: application/json',
      '-d',
      body,
      'http://localhost/api/v1/hosts',
    );
    expect(JSON.parse(added)).toMatchObject({ name: 'node1', state: 'registered' });
    expect(JSON.parse(await curl(...socket, 'http://localhost/api/v1/hosts'))).toHaveLength(1);
    const released = await curl(...socket, '-X', 'POST', 'http://localhost/api/v1/hosts/node1/release');
    expect(JSON.parse(released)).toMatchObject({ state: 'released' });
  });

  it('curl trusts the listener with the appliance’s authority, and not without it', async () => {
    expect(await curl('--cacert', authority, url('/healthz'))).toBe('ok\n');
    await expect(curl(url('/healthz'))).rejects.toMatchObject({ code: 60 });
  });

  it('openssl finds the chain and the name right, and old TLS refused', async () => {
    const connect = ['s_client', '-connect', `127.0.0.1:${appliance.tls.port}`, '-CAfile', authority];
    const verified = await openssl(...connect, '-verify_return_error', '-verify_ip', '127.0.0.1', '-brief');
    expect(verified).toMatchObject({ code: 0, said: expect.stringContaining('Verification: OK') as unknown });
    const wrongName = await openssl(...connect, '-verify_return_error', '-verify_ip', '192.0.2.1', '-brief');
    expect(wrongName.code).not.toBe(0);
    expect((await openssl(...connect, '-tls1_1')).code).not.toBe(0);
  });

  it('curl works with a token and gets 401 and what to do without one', async () => {
    const { token } = await appliance.access.tokens.create({ name: 'curl', role: 'viewer' }, 'test');
    const hosts = await curl(
      '--cacert',
      authority,
      '-H',
      `Authorization: Bearer ${token}`,
      url('/api/v1/hosts'),
    );
    expect(JSON.parse(hosts)).toHaveLength(1);
    const refused = await curl('--cacert', authority, '-w', ' %{http_code}', url('/api/v1/hosts'));
    expect(refused).toMatch(/"sign-in-required".*HEARTH_TOKEN.* 401$/);
  });

  it('drops a follower that reads slower than events come, and goes on for the others', async () => {
    const { token } = await appliance.access.tokens.create({ name: 'slow', role: 'viewer' }, 'test');
    const headers = { authorization: `Bearer ${token}` };
    const stuck = await appliance.open({ path: '/api/v1/events/stream', headers });
    stuck.pause();
    const dropped = new Promise((resolve) => stuck.once('close', resolve));
    stuck.on('error', () => undefined);
    const text = 'x'.repeat(3_900);
    let told = 0;
    const unsubscribe = appliance.events.subscribe(() => (told += 1));
    // More than the buffers of both kernels' sockets and the stream's own together.
    for (let n = 0; n < 6_000; n += 1) appliance.events.record({ level: 'info', type: 'flood', text });
    await appliance.events.settled();
    stuck.resume();
    await dropped;
    expect(stuck.complete).toBe(false);
    expect(told).toBeGreaterThanOrEqual(6_000);
    unsubscribe();
    expect((await appliance.ask({ path: '/healthz' })).status).toBe(200);
  });
});
