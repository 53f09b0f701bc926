import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startAppliance } from '../../src/appliance.ts';
import type { RunningAppliance } from '../../src/appliance.ts';
import { makeStandIns } from '../fleet/stand-ins.ts';

const MAC = '52:54:00:12:34:56';
const HOST = '127.0.0.2';
const CURIOUS = '127.0.0.9';
const THIEF = '127.0.0.3';
const PORT = 18_080;

const CLUSTER = `provider: byo
name: c1
virtualIp: 127.0.0.200
providers:
  byo: { networkInterface: eth0 }
`;

const eventList = z.array(
  z.looseObject({
    level: z.string(),
    type: z.string(),
    text: z.string(),
    address: z.string().nullish(),
    data: z.record(z.string(), z.unknown()).nullish(),
  }),
);

/** One armed control plane and three addresses: the host's own, somebody's who looks, and a thief's. */
describe('the secrets of a host, over HTTP', () => {
  let folder: string;
  let appliance: RunningAppliance;
  let token = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-secrets-'));
    const standIns = await makeStandIns(folder);
    const configFile = join(folder, 'hearth.yaml');
    const network = '{ name: lo, interface: lo, subnet: 127.0.0.0/8, address: 127.0.0.1, dhcp: off }';
    await writeFile(
      configFile,
      `admin: { listen: "127.0.0.1:0" }\nprovisioning: { port: ${PORT} }\nnetworks: [${network}]\n`,
    );
    appliance = await startAppliance({
      configFile,
      data: join(folder, 'data'),
      logger: pino({ level: 'silent' }),
      version: 'test',
    });
    await admin('POST', '/api/v1/media', { path: standIns.iso, name: 'ol8' });
    await admin('POST', '/api/v1/images', { path: standIns.repository, name: 'ock' });
    await admin('POST', '/api/v1/clusters', { yaml: CLUSTER });
    const assignment = { cluster: 'c1', role: 'control-plane' };
    await admin('POST', '/api/v1/hosts', { name: 'cp1', macs: [MAC], assignment });
    await admin('POST', '/api/v1/hosts/cp1/arm', {});
  });

  afterAll(async () => {
    await appliance.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function admin(method: string, path: string, body?: object): Promise<{ status: number; body: string }> {
    const headers = { 'content-type': 'application/json' };
    return send(
      { socketPath: join(appliance.data, 'hearth.sock'), method, path, headers },
      JSON.stringify(body ?? {}),
    );
  }

  function machine(
    from: string,
    path: string,
    body?: string,
    headers = {},
  ): Promise<{ status: number; body: string }> {
    const method = body === undefined ? 'GET' : 'POST';
    return send(
      { host: '127.0.0.1', port: PORT, localAddress: from, agent: false, method, path, headers },
      body,
    );
  }

  async function script(from: string): Promise<string> {
    const { body } = await machine(from, `/boot/${MAC.replaceAll(':', '-')}/ipxe`);
    return /\/t\/([\w-]{43})\/kickstart/.exec(body)?.[1] ?? '';
  }

  async function events(): Promise<z.infer<typeof eventList>> {
    return eventList.parse(JSON.parse((await admin('GET', '/api/v1/events?limit=1000')).body));
  }

  it('are not made for a HEAD request', async () => {
    const path = `/boot/${MAC.replaceAll(':', '-')}/ipxe`;
    expect(await send({ host: '127.0.0.1', port: PORT, method: 'HEAD', path })).toMatchObject({
      status: 405,
    });
  });

  it('open with the token of the script, and another look at the script does not end the install', async () => {
    token = await script(HOST);
    expect((await machine(HOST, `/t/${token}/kickstart`)).body).toContain('ostreesetup');
    const other = await script(CURIOUS);
    expect(other).not.toBe(token);
    expect((await machine(HOST, `/t/${token}/progress`, 'installing on vda')).status).toBe(200);
    expect((await machine(HOST, `/t/${token}/progress`, 'installed')).status).toBe(200);
  });

  it('are given to the host, and again after a hard reset, with no cache in between', async () => {
    for (let boot = 0; boot < 2; boot += 1) {
      const answer = await machine(HOST, `/t/${token}/ignition`);
      expect(answer.status).toBe(200);
      expect(answer.body).toContain('/etc/kubernetes/pki/ca.key');
    }
  });

  it('are refused to another address, which raises an alert', async () => {
    const answer = await machine(THIEF, `/t/${token}/ignition`);
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain(token);
    // Events are stored a moment after they happen.
    const alerts = async () =>
      (await events()).filter(({ level, address }) => level === 'alert' && address === THIEF);
    await expect.poll(alerts).toMatchObject([{ type: 'token.refused' }]);
  });

  it('close when the node reports: a replay gets nothing, from any address', async () => {
    const report = await machine(HOST, '/report', 'result=success&status=0', {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(report.status).toBe(200);
    for (const from of [HOST, THIEF]) {
      for (const what of ['kickstart', 'ignition']) {
        expect((await machine(from, `/t/${token}/${what}`)).status).toBe(403);
      }
    }
  });

  it('are named in the audit trail by kind, time, host and address, and never by value', async () => {
    const trail = await events();
    const fetched = trail.filter(({ type }) => type === 'boot.ignition');
    expect(fetched).toHaveLength(2);
    expect(fetched[0]).toMatchObject({ address: HOST, text: expect.stringContaining('ca-key') as string });
    expect(fetched[0]?.data).toMatchObject({
      files: expect.stringContaining('/etc/kubernetes/pki/ca.key') as string,
      units: expect.stringContaining('ocne.service') as string,
    });
    expect(JSON.stringify(trail)).not.toContain(token);
    expect(JSON.stringify(trail)).not.toContain('PRIVATE KEY');
  });
});

function send(options: RequestOptions, body?: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const sent = request(options, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
  });
  sent.on('error', reject);
  sent.end(options.method === 'GET' ? undefined : body);
  return promise;
}
