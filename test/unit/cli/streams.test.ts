import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/cli/failure.ts';
import { documentsOf, eventsOf } from '../../../src/cli/client-stream.ts';
import { command } from './fake-cli.ts';

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

/** Byte by byte, as a slow network may bring it. */
const drip = (text: string): Readable =>
  Readable.from([...Buffer.from(text)].map((byte) => Buffer.from([byte])));

describe('an event stream', () => {
  it('is read across any cut, with comments and ids passed over', async () => {
    const text =
      'retry: 2000\n\n: alive\n\nid: 1\ndata: {"a":"ü"}\n\nid: 2\r\ndata: {"b":\r\ndata: 2}\r\n\r\n';
    expect(await all(eventsOf(drip(text)))).toEqual([{ a: 'ü' }, { b: 2 }]);
  });
});

describe('an import', () => {
  it('throws the error that comes in the middle of the stream', async () => {
    const lines = '{"progress":{}}\n{"error":{"code":"media-invalid","message":"No.","remedy":"Check."}}\n';
    await expect(all(documentsOf(drip(lines)))).rejects.toThrow(ApiError);
  });

  it('prints the result only, and progress on a terminal only', async () => {
    const result = {
      name: 'ol8',
      label: 'OL-8-10',
      architecture: 'x86_64',
      isoSize: 1,
      sha256: 'ab',
      selfChecked: true,
      fileCount: 2,
      importedAt: 3,
    };
    const documents = [
      { progress: { phase: 'checking', unit: 'bytes', done: 50, total: 100 } },
      {},
      { result },
    ];
    const answers = { 'POST /api/v1/media': documents };
    const json = await command(['media', 'import', '/tmp/x.iso', '--json'], answers, true);
    expect(JSON.parse(json.out)).toEqual(result);
    expect(json.err).toBe('');
    expect((await command(['media', 'import', '/tmp/x.iso'], answers, true)).err).toContain('checking: 50 %');
    expect((await command(['media', 'import', '/tmp/x.iso'], answers)).err).toBe('');
  });

  it('fails when the stream ends without a result', async () => {
    const { code, err } = await command(['media', 'import', '/tmp/x.iso'], { 'POST /api/v1/media': [{}] });
    expect(code).toBe(1);
    expect(err).toContain('Nothing was half imported');
  });
});

describe('hearth events --follow', () => {
  it('tells the past and then the present, each event once', async () => {
    const event = (id: number): object => ({ id, at: 0, level: 'info', type: 't', text: `event ${id}` });
    const { out } = await command(['events', '--follow', '--json', '--limit', '2'], {
      'GET /api/v1/events?limit=2': [event(1), event(2)],
      'STREAM /api/v1/events/stream?after=2': [event(2), event(3)],
    });
    const ids = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual([1, 2, 3]);
  });
});
