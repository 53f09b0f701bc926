import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { TftpEvent } from '../../../../src/adapters/tftp/events.ts';
import { openFileContent } from '../../../../src/adapters/tftp/file-content.ts';
import type { TftpLimits } from '../../../../src/adapters/tftp/limits.ts';
import { TftpServer } from '../../../../src/adapters/tftp/server.ts';
import type { TftpContent, TftpSource } from '../../../../src/adapters/tftp/source.ts';
import { DEFAULT_RETRY_POLICY } from '../../../../src/protocol/tftp/transfer.ts';
import { LOOPBACK, ScriptedClient } from './client.ts';

const MEDIUM = Buffer.from(Uint8Array.from({ length: 768 }, (_, at) => at & 0xff));
const LARGE = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) & 0xff));
/** Times short enough for a test that waits for a retransmission, none of which is asserted. */
const HASTY = { ...DEFAULT_RETRY_POLICY, initialMs: 20, offerMs: 20, minMs: 20, retries: 2 };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const FILES: Record<string, Buffer> = {
  'small.txt': Buffer.from('small\0'),
  'empty.txt': Buffer.alloc(0),
  'medium.txt': MEDIUM,
  'large.bin': LARGE,
  'text.txt': Buffer.from('one\ntwo\r'),
};

const files: TftpSource = {
  open: ({ path }) => {
    const bytes = FILES[path];
    if (path === 'broken') return Promise.reject(new Error('disk on fire'));
    return Promise.resolve(
      bytes === undefined
        ? { kind: 'refused', reason: 'not-found', message: 'no such file' }
        : { kind: 'bytes', bytes },
    );
  },
};

async function serve(
  options: { source?: TftpSource; limits?: Partial<TftpLimits> } = {},
): Promise<{ server: TftpServer; events: TftpEvent[]; client: () => Promise<ScriptedClient> }> {
  const events: TftpEvent[] = [];
  const server = await TftpServer.open({
    address: LOOPBACK,
    port: 0,
    source: files,
    onTransfer: (event) => events.push(event),
    ...options,
  });
  closers.push(() => server.close());
  const { port } = server;
  const client = async (): Promise<ScriptedClient> => {
    const opened = await ScriptedClient.open(port);
    closers.push(() => opened.close());
    return opened;
  };
  return { server, events, client };
}

const data = (block: number, bytes: Uint8Array): object => ({
  kind: 'data',
  block,
  bytes: Buffer.from(bytes),
});

describe('a read', () => {
  it('sends the file from a port of its own and reports it', async () => {
    const { server, events, client } = await serve();
    const c = await client();
    c.read('medium.txt');
    expect(await c.next()).toEqual(data(1, MEDIUM.subarray(0, 512)));
    expect(c.tid).not.toBe(server.port);
    c.ack(1);
    expect(await c.next()).toEqual(data(2, MEDIUM.subarray(512)));
    c.ack(2);
    await vi.waitFor(() => expect(events.map((e) => e.kind)).toEqual(['started', 'completed']));
    expect(events[1]).toMatchObject({ path: 'medium.txt', bytes: 768, acknowledged: true });
    expect(server.counters).toMatchObject({ requests: 1, completed: 1, bytes: 768, retransmissions: 0 });
    expect(server.active).toBe(0);
  });
  it('sends an empty file as one empty block', async () => {
    const c = await (await serve()).client();
    c.read('/empty.txt');
    expect(await c.next()).toEqual(data(1, Buffer.alloc(0)));
  });
  it('translates netascii and tells the translated size', async () => {
    const c = await (await serve()).client();
    c.read('text.txt', [['tsize', '0']], 'netascii');
    expect(await c.next()).toEqual({ kind: 'oack', options: [['tsize', '10']] });
    c.ack(0);
    expect(await c.next()).toEqual(data(1, Buffer.from('one\r\ntwo\r\0')));
  });
  it('refuses netascii for what cannot be text', async () => {
    const c = await (await serve({ limits: { netascii: 50_000 } })).client();
    c.read('large.bin', [], 'netascii');
    expect(await c.next()).toMatchObject({ kind: 'error', code: 0 });
  });
  it('agrees to the options and never to more than its limits', async () => {
    const c = await (await serve({ limits: { windowSize: 4 } })).client();
    c.read('large.bin', [['blksize', '65464'], ['tsize', '0'], ['timeout', '3'], ['windowsize', '99'], ['x', 'y']]); // prettier-ignore
    expect(await c.next()).toEqual({
      kind: 'oack',
      options: [['blksize', '1468'], ['tsize', '100000'], ['timeout', '3'], ['windowsize', '4']], // prettier-ignore
    });
    c.ack(0);
    for (let block = 1; block <= 4; block += 1) expect(await c.next()).toMatchObject({ kind: 'data', block });
  });
  it('reads a file on disk in pieces and closes it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-tftp-'));
    closers.push(() => rm(folder, { recursive: true }));
    const path = join(folder, 'f');
    await writeFile(path, LARGE);
    const closed = vi.fn();
    const { client } = await serve({
      source: {
        open: async (): Promise<TftpContent> => {
          const content = await openFileContent(path);
          if (content.kind === 'bytes') return content;
          return { ...content, close: () => content.close().then(closed) };
        },
      },
    });
    const c = await client();
    c.read('f', [['windowsize', '8']]);
    await c.next();
    c.ack(0);
    const got: Uint8Array[] = [];
    for (let block = 1; block <= 196; block += 1) {
      const packet = await c.next();
      if (packet?.kind === 'data') got.push(packet.bytes);
      if (block % 8 === 0 || block === 196) c.ack(block);
    }
    expect(Buffer.concat(got).equals(LARGE)).toBe(true);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });
  it('ends with an ERROR when the file turns out shorter than it was', async () => {
    const { client, events } = await serve({
      source: {
        open: () =>
          Promise.resolve({
            kind: 'reader',
            size: 5000,
            read: () => Promise.resolve(Buffer.alloc(100)),
            close: () => Promise.resolve(),
          }),
      },
    });
    const c = await client();
    c.read('f');
    expect(await c.next()).toMatchObject({ kind: 'error', code: 0 });
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'failed' }));
  });
});

describe('a disturbed read', () => {
  it('survives a lost ACK: the block comes again', async () => {
    const { client, server } = await serve({ limits: { retry: HASTY } });
    const c = await client();
    c.read('small.txt');
    const first = await c.next();
    expect(await c.next()).toEqual(first);
    c.ack(1);
    await vi.waitFor(() => expect(server.active).toBe(0));
    expect(server.counters.retransmissions).toBeGreaterThan(0);
  });
  it('sends nothing for a duplicated ACK', async () => {
    const { client, server } = await serve();
    const c = await client();
    c.read('medium.txt');
    await c.next();
    c.ack(1);
    c.ack(1);
    c.ack(1);
    await c.next();
    c.ack(2);
    await vi.waitFor(() => expect(server.active).toBe(0));
    expect(c.waiting).toBe(0);
    expect(server.counters.retransmissions).toBe(0);
  });
  it('goes on behind a gap that the client reports in a window', async () => {
    const c = await (await serve()).client();
    c.read('large.bin', [['windowsize', '4']]);
    await c.next();
    c.ack(0);
    for (let n = 0; n < 4; n += 1) await c.next();
    c.ack(2);
    for (const block of [3, 4, 5, 6]) expect(await c.next()).toMatchObject({ kind: 'data', block });
  });
  it('answers a stranger with ERROR 5 and goes on', async () => {
    const { client, server } = await serve();
    const c = await client();
    const stranger = await client();
    c.read('medium.txt');
    await c.next();
    stranger.tid = c.tid;
    stranger.ack(1);
    expect(await stranger.next()).toMatchObject({ kind: 'error', code: 5 });
    stranger.say({ kind: 'error', code: 0, message: 'die' });
    await vi.waitFor(() => expect(server.counters.strangers).toBe(2));
    c.ack(1);
    expect(await c.next()).toMatchObject({ kind: 'data', block: 2 });
  });
  it('is not hurt by datagrams of 0 and 1 byte, from the client or anyone, nor by noise', async () => {
    const { client, server } = await serve();
    const c = await client();
    const stranger = await client();
    c.read('medium.txt');
    await c.next();
    for (const sender of [c, stranger])
      for (const port of [c.tid, server.port])
        for (const bytes of ['', '\0', '\0\x04', '\0\x04\0', '\xff\xff\xff', '\0\x06\0\0', '\0\x03\0\x01x'])
          sender.raw(bytes, port);
    c.ack(1);
    expect(await c.next()).toMatchObject({ kind: 'data', block: 2 });
    expect(server.counters.faults).toBe(0);
  });
  it('gives up on a client that left', async () => {
    const { client, events } = await serve({ limits: { retry: HASTY } });
    (await client()).read('medium.txt');
    await vi.waitFor(() =>
      expect(events.at(-1)).toMatchObject({ kind: 'failed', reason: 'the client never answered' }),
    );
  });
  it.each([0, 8])(
    'does not call it a failure when a client only probes the size (ERROR %i)',
    async (code) => {
      const { client, events, server } = await serve();
      const c = await client();
      c.read('large.bin', [['tsize', '0']]);
      await c.next();
      c.say({ kind: 'error', code, message: 'TFTP Aborted' });
      await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'aborted', probe: true }));
      expect(server.counters).toMatchObject({ probed: 1, failed: 0 });
    },
  );
});

describe('a repeated request', () => {
  it('does not start a second transfer', async () => {
    const { client, server, events } = await serve();
    const c = await client();
    c.read('medium.txt');
    c.read('medium.txt');
    await c.next();
    c.read('medium.txt');
    await vi.waitFor(() => expect(server.counters.duplicates).toBe(2));
    expect(c.waiting).toBe(0);
    expect(events.filter((event) => event.kind === 'started')).toHaveLength(1);
  });
  it('for another file from the same port takes the place of the first, without an ERROR', async () => {
    const { client, server, events } = await serve();
    const c = await client();
    c.read('medium.txt', [['tsize', '0']]);
    await c.next();
    c.read('small.txt');
    expect(await c.next()).toMatchObject({ kind: 'data', block: 1 });
    expect(server.active).toBe(1);
    expect(events.map((event) => event.kind)).toEqual(['started', 'aborted', 'started']);
  });
  it('to a transfer that gets no answers starts over: the host was reset', async () => {
    const { client, server } = await serve({ limits: { retry: { ...HASTY, retries: 50 } } });
    const c = await client();
    c.read('medium.txt');
    await c.next();
    const before = c.tid;
    await c.next();
    c.read('medium.txt');
    await vi.waitFor(() => expect(server.counters.started).toBe(2));
    while (c.tid === before) await c.next();
    expect(server.active).toBe(1);
  });
});

describe('what is refused', () => {
  it.each([
    ['../disallowed.txt', 2],
    ['subdir/../../disallowed.txt', 2],
    ['..\\x', 2],
    ['/etc/passwd', 1],
    ['nothing', 1],
    ['broken', 0],
    ['', 2],
    ['a'.repeat(300), 2],
  ])('%j gets ERROR %i', async (name, code) => {
    const { client, server } = await serve();
    const c = await client();
    c.read(name);
    expect(await c.next()).toMatchObject({ kind: 'error', code });
    expect(server.active).toBe(0);
  });
  it('a write, politely', async () => {
    const { client, events } = await serve();
    const c = await client();
    c.raw('\0\x02new.txt\0octet\0');
    expect(await c.next()).toEqual({ kind: 'error', code: 2, message: 'this server is read-only' });
    expect(events).toMatchObject([{ kind: 'refused', path: 'new.txt' }]);
  });
  it.each(['mail', 'binary'])('mode %s', async (mode) => {
    const c = await (await serve()).client();
    c.read('small.txt', [], mode);
    expect(await c.next()).toMatchObject({ kind: 'error', code: 4 });
  });
  it('more transfers than one client may have', async () => {
    const { client, server } = await serve({ limits: { transfersPerClient: 2 } });
    const [a, b, c] = [await client(), await client(), await client()];
    for (const each of [a, b]) {
      each.read('medium.txt');
      await each.next();
    }
    c.read('medium.txt');
    expect(await c.next()).toMatchObject({ kind: 'error', code: 0 });
    a.say({ kind: 'error', code: 0, message: 'enough' });
    await vi.waitFor(() => expect(server.active).toBe(1));
    c.read('medium.txt');
    expect(await c.next()).toMatchObject({ kind: 'data', block: 1 });
  });
  it('in silence, more transfers than all may have, so that firmware asks again', async () => {
    const { client, server } = await serve({ limits: { transfers: 1 } });
    const [a, b] = [await client(), await client()];
    a.read('small.txt');
    await a.next();
    b.read('small.txt');
    await vi.waitFor(() => expect(server.counters.refused).toBe(1));
    expect(b.waiting).toBe(0);
    a.ack(1);
    await vi.waitFor(() => expect(server.active).toBe(0));
    b.read('small.txt');
    expect(await b.next()).toMatchObject({ kind: 'data', block: 1 });
  });
  it('a file that the source does not open in time; what comes late is closed', async () => {
    const closed = vi.fn(() => Promise.resolve());
    let deliver: (content: TftpContent) => void = () => undefined;
    const { client } = await serve({
      limits: { openMs: 10 },
      source: { open: () => new Promise((resolve) => (deliver = resolve)) },
    });
    const c = await client();
    c.read('slow');
    expect(await c.next()).toMatchObject({ kind: 'error', code: 0 });
    deliver({ kind: 'reader', size: 1, read: () => Promise.resolve(Buffer.alloc(1)), close: closed });
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });
});

describe('the server', () => {
  it('answers from the address that was asked', async () => {
    const address = '127.0.0.77' as typeof LOOPBACK;
    const seen: string[] = [];
    const server = await TftpServer.open({
      address,
      port: 0,
      source: {
        open: ({ local }) => {
          seen.push(local);
          return files.open({ path: 'small.txt', local, client: { address, port: 1 } });
        },
      },
    });
    closers.push(() => server.close());
    const socket = createSocket('udp4');
    closers.push(() => socket.close());
    socket.send(Buffer.from('\0\x01f\0octet\0', 'latin1'), server.port, address);
    const [, from] = (await once(socket, 'message')) as [Buffer, { address: string }];
    expect(from.address).toBe(address);
    expect(seen).toEqual([address]);
  });
  it('serves on a socket it is handed', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    const server = await TftpServer.open({ address: LOOPBACK, socket, source: files });
    closers.push(() => server.close());
    const c = await ScriptedClient.open(server.port);
    closers.push(() => c.close());
    c.read('small.txt');
    expect(await c.next()).toMatchObject({ kind: 'data', block: 1 });
  });
  it('says which port another program has', async () => {
    const { server } = await serve();
    await expect(
      TftpServer.open({ address: LOOPBACK, port: server.port, source: files }),
    ).rejects.toMatchObject({ code: 'port-in-use' });
  });
  it('says when no interface has the address', async () => {
    const address = '192.0.2.1' as typeof LOOPBACK;
    await expect(TftpServer.open({ address, port: 0, source: files })).rejects.toMatchObject({
      code: 'interface-missing',
    });
  });
  it('tells its clients when it closes and leaves nothing behind', async () => {
    const { server, client, events } = await serve();
    const c = await client();
    c.read('medium.txt');
    await c.next();
    await server.close();
    expect(await c.next()).toMatchObject({ kind: 'error', code: 0 });
    expect(server.active).toBe(0);
    expect(events.at(-1)).toMatchObject({ kind: 'failed', reason: 'the server is shutting down' });
  });
  it('is not hurt by a listener that throws', async () => {
    const server = await TftpServer.open({
      address: LOOPBACK,
      port: 0,
      source: files,
      onTransfer: () => {
        throw new Error('listener');
      },
    });
    closers.push(() => server.close());
    const c = await ScriptedClient.open(server.port);
    closers.push(() => c.close());
    c.read('small.txt');
    expect(await c.next()).toMatchObject({ kind: 'data', block: 1 });
    expect(server.counters.faults).toBe(1);
  });
});
