import { describe, expect, it } from 'vitest';
import { readSections, writePage } from '../../bench/page.ts';
import { median } from '../../bench/table.ts';

const SUITES = ['dhcp', 'tftp'];

describe('the page of measurements', () => {
  it('says of a suite that never ran that it was not measured', () => {
    expect(writePage(SUITES, new Map())).toMatch(/## dhcp\n\n\*\*Not measured yet/);
  });

  it('keeps what other suites measured, and the machine, over any number of runs', () => {
    const sections = new Map([
      ['tftp', { machine: '2 cores, Linux 6', text: '### TFTP\n\n| a |\n| --- |\n| 1 |\n\nwords\n' }],
    ]);
    const once = writePage(SUITES, sections);
    const twice = writePage(SUITES, new Map(readSections(once)));
    expect(twice).toBe(once);
    expect(once).toContain('2 cores, Linux 6');
    expect(once).toContain('| 1 |');
  });

  it('takes the middle of what was measured', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([])).toBeNaN();
  });
});
