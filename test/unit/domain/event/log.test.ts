import { beforeEach, describe, expect, it } from 'vitest';
import type { NewEvent } from '../../../../src/domain/event/event.ts';
import { StoredEventLog } from '../../../../src/domain/event/log.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { MemoryEventStore } from '../../../fakes/event-store.ts';

let clock: FakeClock;
let store: MemoryEventStore;
let log: StoredEventLog;
const event = (text: string): NewEvent => ({ level: 'info', type: 'test', text });
const texts = async (): Promise<string[]> => (await log.list({ limit: 20_000 })).map((one) => one.text);

beforeEach(() => {
  clock = new FakeClock();
  store = new MemoryEventStore();
  log = new StoredEventLog({ store, clock });
});

describe('the event log', () => {
  it('stores what is recorded with the time it was, then tells listeners', async () => {
    const heard: unknown[] = [];
    const stop = log.subscribe((one) => heard.push(one));
    log.record(event('a'));
    await log.settled();
    expect(heard).toEqual([{ ...event('a'), id: 1, at: clock.now() }]);
    stop();
    log.record(event('b'));
    await log.settled();
    expect(heard).toHaveLength(1);
  });

  it('goes on when a listener throws', async () => {
    const heard: string[] = [];
    log.subscribe(() => {
      throw new Error('listener');
    });
    log.subscribe((one) => heard.push(one.text));
    log.record(event('a'));
    await log.settled();
    expect(heard).toEqual(['a']);
  });

  it('holds events while the disk takes none and stores them in order when it does again', async () => {
    store.broken = true;
    log.record(event('a'));
    await log.settled();
    log.record(event('b'));
    await log.settled();
    expect(log.held).toBe(2);
    store.broken = false;
    clock.advance(5);
    log.record(event('c'));
    await log.settled();
    expect(log.held).toBe(0);
    expect(await texts()).toEqual(['a', 'b', 'c']);
  });

  it('never throws, keeps to its memory, and owns up to what it lost', async () => {
    store.broken = true;
    log.record(event('first'));
    await log.settled();
    for (let n = 0; n < 12_000; n += 1) log.record(event(`${n}`));
    await log.settled();
    expect(log.held).toBeLessThanOrEqual(10_000);
    store.broken = false;
    clock.advance(5);
    log.retry();
    await log.settled();
    const stored = await texts();
    expect(stored[0]).toBe('first');
    expect(stored.at(-1)).toMatch(/^2001 events were lost/);
  });

  it('cuts a text that a machine made too long', async () => {
    log.record(event('x'.repeat(50_000)));
    await log.settled();
    expect((await texts())[0]?.length).toBeLessThan(5_000);
  });
});
