import { describe, expect, it } from 'vitest';
import { seeded } from '../../fleet/random.ts';
import { quantile, spread } from '../../fleet/stopwatch.ts';

describe('the numbers of a fleet', () => {
  it('are values that were measured, whatever their order', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(spread(values)).toEqual([50, 95, 100]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  it('come out the same from the same seed', () => {
    const [one, other] = [seeded(5), seeded(5)];
    const drawn = Array.from({ length: 50 }, one);
    expect(Array.from({ length: 50 }, other)).toEqual(drawn);
    expect(new Set(drawn).size).toBe(50);
    expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});
