import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiHealth } from '../../../../src/domain/cluster/api.ts';
import { SharedHealth } from '../../../../src/domain/cluster/shared-health.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { FakeClock } from '../../../fakes/clock.ts';

let asked: string[];
let answer: () => Promise<ApiHealth>;
let clock: FakeClock;
let shared: SharedHealth;

beforeEach(() => {
  asked = [];
  answer = () => Promise.resolve({ kind: 'answers' });
  clock = new FakeClock();
  const health = (cluster: { name: string }): Promise<ApiHealth> => {
    asked.push(cluster.name);
    return answer();
  };
  shared = new SharedHealth({ api: { health }, clock });
});

describe('the health of a cluster that many ask for', () => {
  it('is asked of the API once, even when 500 hosts ask in the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 500 }, () => shared.health(aCluster('c1'))));
    expect(all.every(({ kind }) => kind === 'answers')).toBe(true);
    expect(asked).toEqual(['c1']);
  });

  it('is asked once while a silent API takes its time', async () => {
    const { promise, resolve } = Promise.withResolvers<ApiHealth>();
    answer = () => promise;
    const first = shared.health(aCluster('c1'));
    clock.advance(60);
    const second = shared.health(aCluster('c1'));
    resolve({ kind: 'silent', reason: 'connection refused' });
    expect(await first).toEqual(await second);
    expect(asked).toHaveLength(1);
  });

  it('is asked again soon, so that nobody waits longer than needed', async () => {
    await shared.health(aCluster('c1'));
    clock.advance(1);
    await shared.health(aCluster('c1'));
    expect(asked).toHaveLength(1);
    clock.advance(1);
    await shared.health(aCluster('c1'));
    expect(asked).toHaveLength(2);
  });

  it('is not kept past a clock that was set back', async () => {
    await shared.health(aCluster('c1'));
    clock.advance(-3600);
    await shared.health(aCluster('c1'));
    expect(asked).toHaveLength(2);
  });

  it('is never that of another cluster, also not of an earlier one with the same name', async () => {
    await shared.health(aCluster('c1'));
    await shared.health(aCluster('c2'));
    await shared.health({ ...aCluster('c1'), createdAt: 2_000 });
    expect(asked).toEqual(['c1', 'c2', 'c1']);
  });

  it('forgets a question that broke', async () => {
    answer = () => Promise.reject(new Error('broken'));
    await expect(shared.health(aCluster('c1'))).rejects.toThrow('broken');
    answer = () => Promise.resolve({ kind: 'answers' });
    expect(await shared.health(aCluster('c1'))).toEqual({ kind: 'answers' });
  });
});
