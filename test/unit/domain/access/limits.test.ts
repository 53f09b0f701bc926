import { describe, expect, it } from 'vitest';
import { AttemptLimit } from '../../../../src/domain/access/attempt-limit.ts';
import { Quieting } from '../../../../src/domain/access/quieting.ts';
import { FakeClock } from '../../../fakes/clock.ts';

describe('the limit of attempts', () => {
  it('counts each key on its own and forgets after the window or a success', () => {
    const clock = new FakeClock();
    const limit = new AttemptLimit(clock, { failures: 2, windowSeconds: 60 });
    limit.failed('a');
    expect(limit.waitSeconds('a')).toBe(0);
    limit.failed('a');
    expect(limit.waitSeconds('a')).toBe(60);
    expect(limit.waitSeconds('b')).toBe(0);
    clock.advance(59);
    expect(limit.waitSeconds('a')).toBe(1);
    clock.advance(1);
    expect(limit.waitSeconds('a')).toBe(0);
    limit.failed('b');
    limit.failed('b');
    limit.succeeded('b');
    expect(limit.waitSeconds('b')).toBe(0);
  });
});

describe('quieting', () => {
  it('passes the first, counts the rest, and says how many', () => {
    const clock = new FakeClock();
    const quieting = new Quieting(clock, 10);
    expect([quieting.pass('a'), quieting.pass('a'), quieting.pass('b')]).toEqual([0, undefined, 0]);
    clock.advance(10);
    expect(quieting.pass('a')).toBe(1);
  });

  it('keeps to its memory under a flood of keys', () => {
    const quieting = new Quieting(new FakeClock(), 10);
    for (let n = 0; n < 20_000; n += 1) quieting.pass(`key ${n}`);
    expect(quieting.pass('key 19999')).toBeUndefined();
    expect(quieting.pass('key 0')).toBe(0);
  });
});
