import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { open, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mediaRouter } from '../../src/adapters/http/content/router.ts';
import { serve, workplace } from './media-tools.ts';

const SIZE = 20_000_003;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Whether all announced bytes came. */
  readonly complete: boolean;
}

describe('serving files', () => {
  const place = workplace();
  const path = join(place.path, 'file');
  const bytes = randomBytes(SIZE);
  const opened = new Set<FileHandle>();
  let openings = 0;
  let server: Awaited<ReturnType<typeof serve>>;
  let declared = SIZE;

  beforeAll(async () => {
    await writeFile(path, bytes);
    server = await serve(
      mediaRouter({
        openFile: (name) =>
          Promise.resolve({
            size: declared,
            etag: '"tag"',
            lastModified: 1_700_000_000_000,
            contentType: 'application/octet-stream',
            open: async () => {
              const handle = await open(name === 'gone' ? `${path}-gone` : path);
              openings += 1;
              opened.add(handle);
              return handle;
            },
          }),
      }),
    );
  });
  afterAll(async () => {
    await server.close();
    place.remove();
  });

  function ask(target: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(server.url + target, { method, headers }, (res) => {
        const pieces: Buffer[] = [];
        const done = (): void =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            body: Buffer.concat(pieces),
            complete: res.complete,
          });
        res.on('data', (piece: Buffer) => pieces.push(piece));
        res.on('close', done);
        res.on('error', () => undefined);
      });
      sent.on('error', reject).end();
    });
  }

  /** Waits until every file that was opened is closed again. */
  async function allClosed(): Promise<void> {
    await expect
      .poll(() => [...opened].filter((handle) => handle.fd >= 0).length, { timeout: 10_000 })
      .toBe(0);
  }

  it('sends whole files and parts, with their length', async () => {
    const whole = await ask('/media/a/b');
    expect([whole.status, whole.headers['content-length'], whole.headers['transfer-encoding']]).toEqual([
      200,
      `${SIZE}`,
      undefined,
    ]);
    expect(whole.body.equals(bytes)).toBe(true);
    const part = await ask('/media/a/b', 'GET', { Range: 'bytes=1000000-18999999' });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes 1000000-18999999/${SIZE}`);
    expect(part.body.equals(bytes.subarray(1_000_000, 19_000_000))).toBe(true);
    const beyond = await ask('/media/a/b', 'GET', { Range: `bytes=${SIZE}-` });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${SIZE}`]);
    await allClosed();
  });

  it('answers HEAD and conditions without opening the file', async () => {
    const before = openings;
    const head = await ask('/media/a/b', 'HEAD');
    expect([head.status, head.headers['content-length'], head.headers['accept-ranges']]).toEqual([
      200,
      `${SIZE}`,
      'bytes',
    ]);
    expect((await ask('/media/a/b', 'GET', { 'If-None-Match': '"tag"' })).status).toBe(304);
    expect(openings).toBe(before);
    const changed = await ask('/media/a/b', 'GET', { Range: 'bytes=0-9', 'If-Range': '"old"' });
    expect([changed.status, changed.body.length]).toEqual([200, SIZE]);
  });

  it('allows nothing but GET and HEAD', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, headers } = await ask('/media/a/b', method);
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    }
  });

  it('says 404 for a file that vanished after it was looked up', async () => {
    const { status, headers } = await ask('/media/gone/b');
    expect([status, headers.etag]).toEqual([404, undefined]);
  });

  it('breaks the connection rather than pass off a shortened file as whole', async () => {
    declared = SIZE + 1000;
    try {
      const { complete } = await ask('/media/a/b');
      expect(complete).toBe(false);
    } finally {
      declared = SIZE;
    }
    await allClosed();
  });

  it('closes the file when the client goes away, and keeps serving', async () => {
    for (let index = 0; index < 20; index += 1) {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
          // Three requests in a row, of which the later ones have not had their turn yet.
          socket.write('GET /media/a/b HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
          socket.once('data', () => socket.destroy());
        });
        socket.on('close', () => resolve());
      });
    }
    await allClosed();
    expect((await ask('/media/a/b', 'GET', { Range: 'bytes=0-0' })).status).toBe(206);
  });

  it('holds little memory for clients that do not read', async () => {
    const before = process.memoryUsage();
    const sockets = Array.from({ length: 40 }, () => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.write('GET /media/a/b HTTP/1.1\r\nHost: x\r\n\r\n');
      socket.pause();
      return socket;
    });
    const seen = opened.size;
    await expect.poll(() => opened.size - seen, { timeout: 10_000 }).toBeGreaterThanOrEqual(39);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = process.memoryUsage();
    // 40 files of 20 MB would be 800 MB; two buffers of half a megabyte each are 40.
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
      150_000_000,
    );
    for (const socket of sockets) socket.destroy();
    await allClosed();
  });
});
