import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenOf } from './golden-format.ts';
import type { Golden } from './golden-format.ts';

const directory = new URL('../../../golden/dhcp/', import.meta.url);

describe('packets captured from real clients', () => {
  it.each(readdirSync(directory).filter((name) => name.endsWith('.json')))(
    '%s is read and answered as recorded',
    (name) => {
      const golden = JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as Golden;
      expect(goldenOf(golden)).toEqual(golden);
    },
  );
});
