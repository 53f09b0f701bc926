import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAppliance } from '../../../../fakes/appliance.ts';

let appliance: TestAppliance;
let authorization: string;

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const { token } = await appliance.access.tokens.create({ name: 'follower', role: 'viewer' }, 'test');
  authorization = `Bearer ${token}`;
  await appliance.events.settled();
});

afterAll(() => appliance.stop());

const record = (text: string, host?: string): void =>
  appliance.events.record({
    level: 'info',
    type: 'test',
    text,
    ...(host === undefined ? {} : { host: host as never }),
  });

function follow(
  path = '/api/v1/events/stream',
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  return appliance.open({ path, headers: { authorization, ...headers } });
}

/** Reads events until one has the text. */
async function readUntil(stream: IncomingMessage, text: string): Promise<{ id: number; text: string }[]> {
  let buffered = '';
  for await (const chunk of stream) {
    buffered += String(chunk);
    const events = buffered
      .split('\n\n')
      .slice(0, -1)
      .filter((block) => block.startsWith('id:'))
      .map((block) => JSON.parse(block.slice(block.indexOf('data: ') + 6)) as { id: number; text: string });
    if (events.some((event) => event.text === text)) return events;
  }
  throw new Error(`the stream ended without "${text}"`);
}

describe('the event stream', () => {
  it('brings events as they happen, each once', async () => {
    const stream = await follow();
    expect(stream.headers['content-type']).toBe('text/event-stream');
    record('one');
    record('two\nwith a line break');
    record('three');
    const events = await readUntil(stream, 'three');
    expect(events.map((event) => event.text)).toEqual(['one', 'two\nwith a line break', 'three']);
  });

  it('brings what was missed after a reconnection, then goes on, without gap or double', async () => {
    record('a');
    record('b');
    await appliance.events.settled();
    const [first] = (await appliance.events.list({ limit: 2 })).slice(-2);
    record('c');
    const stream = await follow(undefined, { 'last-event-id': `${first?.id ?? 0}` });
    record('d');
    const events = await readUntil(stream, 'd');
    expect(events.map((event) => event.text)).toEqual(['b', 'c', 'd']);
    const ids = events.map((event) => event.id);
    expect(ids).toEqual([...new Set(ids)].toSorted((x, y) => x - y));
  });

  it('can be of one host', async () => {
    const host = await appliance.services.hosts.add(
      { name: 'watched', macs: ['52:54:00:00:bb:01' as never] },
      'test',
    );
    const stream = await follow('/api/v1/events/stream?host=watched');
    record('of another', 'other');
    record('of the host', host.id);
    const events = await readUntil(stream, 'of the host');
    expect(events.map((event) => event.text)).not.toContain('of another');
  });

  it('is refused for a host that does not exist', async () => {
    expect((await follow('/api/v1/events/stream?host=nobody')).statusCode).toBe(404);
  });
});

describe('the list of events', () => {
  it('is of one host by its name', async () => {
    const host = await appliance.services.hosts.add(
      { name: 'listed', macs: ['52:54:00:00:bb:02' as never] },
      'test',
    );
    record('about listed', host.id);
    await appliance.events.settled();
    const list = await appliance.local({ path: '/api/v1/events?host=listed' });
    expect(list.json()).toMatchObject([{ text: 'listed is registered' }, { text: 'about listed' }]);
  });
});
