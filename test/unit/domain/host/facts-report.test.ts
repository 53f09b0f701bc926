import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFactsReport } from '../../../../src/domain/host/facts-report.ts';

describe('a facts report', () => {
  it('tells what is in a machine', () => {
    const text = [
      'vendor\tDell Inc.',
      'uuid\t4C4C4544-0042-3510-8054-B7C04F4D3532',
      'firmware\tuefi',
      'cpus\t64',
      'memory-kib\t263856128',
      'nic\tenp1s0\t52:54:00:12:34:56\t1\t10.20.0.101/24,10.20.0.102/24',
      'disk\tvda\t16106127360\t0\tQEMU HARDDISK\tabc\t/dev/disk/by-id/a,/dev/disk/by-id/b',
    ].join('\n');
    expect(parseFactsReport(text, 7)).toEqual({
      at: 7,
      vendor: 'Dell Inc.',
      product: undefined,
      serial: undefined,
      uuid: '4c4c4544-0042-3510-8054-b7c04f4d3532',
      firmware: 'uefi',
      cpus: 64,
      memoryMiB: 257_672,
      nics: [
        {
          name: 'enp1s0',
          mac: '52:54:00:12:34:56',
          carrier: true,
          addresses: ['10.20.0.101', '10.20.0.102'],
        },
      ],
      disks: [
        {
          name: 'vda',
          bytes: 16_106_127_360,
          removable: false,
          model: 'QEMU HARDDISK',
          serial: 'abc',
          ids: ['/dev/disk/by-id/a', '/dev/disk/by-id/b'],
        },
      ],
    });
  });

  it('of any content is read without a throw, bounded and printable', () => {
    const line = fc.tuple(
      fc.constantFrom('nic', 'disk', 'vendor', 'cpus', 'x'),
      fc.array(fc.string(), { maxLength: 8 }),
    );
    const report = fc
      .array(line, { maxLength: 600 })
      .map((lines) => lines.map(([key, rest]) => [key, ...rest].join('\t')).join('\n'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), report), (text) => {
        const facts = parseFactsReport(text, 0);
        expect(facts.nics.length).toBeLessThanOrEqual(64);
        expect(facts.disks.length).toBeLessThanOrEqual(128);
        expect(JSON.stringify(facts)).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });
});
