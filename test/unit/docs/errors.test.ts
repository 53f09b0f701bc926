import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsPage } from '../../../scripts/errors-page.ts';

describe('docs/errors.md', () => {
  it('lists every code as the catalogue has it (run `node scripts/errors-page.ts` after a change)', () => {
    expect(readFileSync('docs/errors.md', 'utf8')).toBe(errorsPage());
  });
});
