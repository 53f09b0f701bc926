import { Problem } from '../../../domain/error/problem.ts';

/** Deeper than any input of ours. */
const MAX_DEPTH = 12;
const MAX_VALUES = 20_000;

/** Refuses what is nested or spread out beyond reason before a schema walks it. */
export function boundInput(value: unknown): void {
  let left = MAX_VALUES;
  const walk = (part: unknown, depth: number): void => {
    left -= 1;
    if (depth > MAX_DEPTH || left < 0)
      throw new Problem('too-large', 'The body is nested too deeply or too long.');
    if (typeof part !== 'object' || part === null) return;
    for (const inner of Object.values(part)) walk(inner, depth + 1);
  };
  walk(value, 0);
}
