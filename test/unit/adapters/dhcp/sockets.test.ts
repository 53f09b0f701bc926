import { describe, expect, it, vi } from 'vitest';
import { inheritedSocket } from '../../../../src/adapters/dhcp/inherited-sockets.ts';
import { PacedQueue } from '../../../../src/adapters/dhcp/paced-queue.ts';

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
