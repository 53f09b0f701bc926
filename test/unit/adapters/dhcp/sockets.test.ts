import type { Logger } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { inheritedSocket } from '../../../../src/adapters/dhcp/inherited-sockets.ts';
import { PacedQueue } from '../../../../src/adapters/dhcp/paced-queue.ts';
import { ThrottledLog } from '../../../../src/adapters/dhcp/throttled-log.ts';

describe('a socket from systemd', () => {
  const environment = { LISTEN_PID: '42', LISTEN_FDS: '3', LISTEN_FDNAMES: 'eth1:eth2:eth1-4011' };
  it('is found by the name of its device and port, once', () => {
    expect(inheritedSocket('eth2', 67, environment, 42)).toBe(4);
    expect(inheritedSocket('eth2', 67, environment, 42)).toBeUndefined();
    expect(inheritedSocket('eth1', 4011, environment, 42)).toBe(5);
  });
  it('is not taken when it was meant for another process or device', () => {
    expect(inheritedSocket('eth1', 67, environment, 43)).toBeUndefined();
    expect(inheritedSocket('eth9', 67, environment, 42)).toBeUndefined();
    expect(inheritedSocket('eth1', 67, {}, 42)).toBeUndefined();
  });
});

describe('the paced queue', () => {
  it('runs a few at once and the rest in portions, in order', () => {
    vi.useFakeTimers();
    const done: number[] = [];
    const queue = new PacedQueue(2, 10);
    for (let index = 0; index < 5; index += 1) queue.run(() => done.push(index));
    expect(done).toEqual([0, 1]);
    vi.advanceTimersByTime(10);
    expect(done).toEqual([0, 1, 2, 3]);
    vi.advanceTimersByTime(10);
    expect(done).toEqual([0, 1, 2, 3, 4]);
    vi.useRealTimers();
  });
});

describe('the log of what packets cause', () => {
  it('holds a few lines a second and says how many were left out', () => {
    const lines: unknown[] = [];
    const clock = { at: 0, now: () => clock.at };
    const logger = {
      warn: (details: object) => lines.push(details),
      error: () => undefined,
    } as unknown as Logger;
    const log = new ThrottledLog(logger, clock);
    for (let index = 0; index < 100; index += 1) log.warn({}, 'x');
    clock.at = 1000;
    log.warn({}, 'x');
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toEqual({ leftOut: 95 });
  });
});
