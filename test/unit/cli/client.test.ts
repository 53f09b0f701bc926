import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpApiClient } from '../../../src/cli/client.ts';
import { apiAddress } from '../../../src/cli/connection.ts';

let directory: string;
let server: Server | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hearth-cli-'));
});

afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await rm(directory, { recursive: true });
});

async function answering(listener: RequestListener): Promise<HttpApiClient> {
  const path = join(directory, 'hearth.sock');
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(path, resolve));
  return new HttpApiClient({ kind: 'socket', path });
}

describe('the connection to the appliance', () => {
  it('says that nothing runs where no socket is', async () => {
    const client = new HttpApiClient({ kind: 'socket', path: join(directory, 'hearth.sock') });
    await expect(client.get('/')).rejects.toMatchObject({ code: 'not-running' });
  });

  it('hands on the error of the appliance, also a code it does not know', async () => {
    const client = await answering((_req, res) => {
      res.statusCode = 418;
      res.end(JSON.stringify({ error: { code: 'brand-new', message: 'Tea.', remedy: 'Drink it.' } }));
    });
    await expect(client.get('/')).rejects.toMatchObject({
      code: 'brand-new',
      message: 'Tea.',
      remedy: 'Drink it.',
    });
  });

  it('is told apart from a proxy that answers in HTML', async () => {
    const client = await answering((_req, res) => {
      res.statusCode = 502;
      res.end('<h1>Bad gateway</h1>');
    });
    await expect(client.get('/')).rejects.toMatchObject({
      message: 'The appliance answered with status 502.',
    });
  });

  it('reports an answer that breaks off', async () => {
    const client = await answering((_req, res) => {
      res.setHeader('content-length', 100);
      res.write('[');
      setImmediate(() => res.destroy());
    });
    await expect(client.get('/')).rejects.toMatchObject({ code: 'not-running' });
  });

  it('ends a followed stream quietly when it is interrupted', async () => {
    const client = await answering((_req, res) => void res.write('data: 1\n\n'));
    const interrupt = new AbortController();
    const values: unknown[] = [];
    for await (const value of client.follow('/', interrupt.signal)) {
      values.push(value);
      interrupt.abort();
    }
    expect(values).toEqual([1]);
  });
});

describe('the address of the appliance', () => {
  it('comes from --data, then HEARTH_DATA, then where packages put it', async () => {
    const socket = async (data: string | undefined, env: object): Promise<unknown> =>
      apiAddress({ data }, { ...env });
    expect(await socket('/a', { HEARTH_DATA: '/b' })).toEqual({ kind: 'socket', path: '/a/hearth.sock' });
    expect(await socket(undefined, { HEARTH_DATA: '/b' })).toEqual({
      kind: 'socket',
      path: '/b/hearth.sock',
    });
    expect(await socket(undefined, {})).toEqual({ kind: 'socket', path: '/var/lib/hearth/hearth.sock' });
  });

  it('never sends a token without TLS, and needs one', async () => {
    const env = { HEARTH_TOKEN: 'x' };
    await expect(apiAddress({ server: 'http://host:8443' }, env)).rejects.toMatchObject({
      code: 'input-invalid',
    });
    await expect(apiAddress({ server: 'https://host:8443' }, {})).rejects.toMatchObject({
      code: 'sign-in-required',
    });
    const data = directory;
    expect(await apiAddress({ server: 'host:8443', data }, env)).toMatchObject({
      kind: 'server',
      token: 'x',
    });
  });
});
