import { readFileSync, readdirSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { MediumOrder } from '../../../../../src/adapters/http/admin/services.ts';
import { Problem } from '../../../../../src/domain/error/problem.ts';
import type { Medium } from '../../../../../src/domain/media/medium.ts';
import { TestAppliance } from '../../../../fakes/appliance.ts';
import { aMedium } from '../../../../fakes/media-stores.ts';

let appliance: TestAppliance;

afterEach(() => appliance.stop());

async function start(importMedium: (order: MediumOrder) => Promise<Medium>): Promise<Record<string, string>> {
  appliance = await TestAppliance.start({
    services: {
      media: {
        list: () => [],
        get: () => undefined,
        import: importMedium,
        remove: () => Promise.resolve(true),
      },
    },
  });
  const { token } = await appliance.access.tokens.create({ name: 'up', role: 'administrator' }, 'test');
  return { authorization: `Bearer ${token}` };
}

const lines = (text: string): unknown[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

describe('importing a medium', () => {
  it('from a path tells progress and then the result, one line each', async () => {
    await start((order) => {
      order.progress?.({ phase: 'hashing', unit: 'bytes', done: 1, total: 2 });
      return Promise.resolve(aMedium({ name: order.name ?? order.file }));
    });
    const reply = await appliance.local({
      method: 'POST',
      path: '/api/v1/media',
      body: { path: '/iso/ol8.iso', name: 'ol8' },
    });
    expect(lines(reply.text)).toMatchObject([
      { progress: { phase: 'hashing', done: 1, total: 2 } },
      { result: { name: 'ol8' } },
    ]);
  });

  it('that fails ends with the problem', async () => {
    await start(() => Promise.reject(new Problem('media-invalid', 'This is a holiday photo.')));
    const reply = await appliance.local({ method: 'POST', path: '/api/v1/media', body: { path: '/photo' } });
    expect(lines(reply.text)).toMatchObject([
      { error: { code: 'media-invalid', message: 'This is a holiday photo.' } },
    ]);
  });

  it('from a path is refused from afar, so that no token reads the appliance’s files', async () => {
    const headers = await start(() => Promise.resolve(aMedium()));
    for (const path of ['/api/v1/media', '/api/v1/images']) {
      const reply = await appliance.ask({ method: 'POST', path, headers, body: { path: '/etc/shadow' } });
      expect(reply.json()).toMatchObject({ error: { code: 'forbidden' } });
    }
  });

  it('from afar uploads to a private file that is gone afterwards', async () => {
    let seen: unknown;
    const headers = await start((order) => {
      seen = [readFileSync(order.file, 'utf8'), statSync(order.file).mode & 0o777, order.name];
      return Promise.resolve(aMedium());
    });
    const reply = await appliance.ask({
      method: 'PUT',
      path: '/api/v1/media/sent?all=true',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: 'the bytes of an ISO',
    });
    expect(seen).toEqual(['the bytes of an ISO', 0o600, 'sent']);
    expect(lines(reply.text)).toMatchObject([{ result: {} }]);
    expect(readdirSync(appliance.services.uploads)).toEqual([]);
  });

  it('is called off when the client goes away', async () => {
    let aborted: (() => void) | undefined;
    const calledOff = new Promise<void>((resolve) => (aborted = resolve));
    const headers = await start(
      ({ signal, progress }) =>
        new Promise((_resolve, reject) => {
          progress?.({ phase: 'hashing', unit: 'bytes', done: 0, total: 1 });
          signal?.addEventListener('abort', () => {
            aborted?.();
            reject(new Error('called off'));
          });
        }),
    );
    const response = await appliance.open({
      method: 'PUT',
      path: '/api/v1/media/x',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: 'bytes',
    });
    response.destroy();
    await calledOff;
  });
});
