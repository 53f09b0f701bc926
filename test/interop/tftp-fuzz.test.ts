import { describe, expect, it } from 'vitest';
import { fuzzTftp } from '../fuzz/tftp.ts';

describe('the TFTP server under mutated packets', () => {
  it.each([1, 2])('keeps serving and leaves nothing behind (seed %i)', async (seed) => {
    const { live, decoded } = await fuzzTftp(20_000, seed);
    expect(live).toBe(20_000);
    expect(decoded).toBeGreaterThan(0);
  });
});
