import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeCpio, encodeCpio } from '../../src/protocol/cpio/newc.ts';
import { missingTools, workplace, write } from './media-tools.ts';

const missing = missingTools('cpio', ['cpio']);

describe.skipIf(missing.length > 0)('cpio archives', () => {
  const place = workplace();
  afterAll(place.remove);

  it('that we write are unpacked by GNU cpio', () => {
    const target = join(place.path, 'out');
    mkdirSync(target);
    const data = Buffer.from('{"ignition":{"version":"3.4.0"}}');
    const archive = encodeCpio([
      { path: 'usr', mode: 0o040755, data: new Uint8Array(0) },
      { path: 'usr/config.ign', mode: 0o100600, data },
      { path: 'link', mode: 0o120777, data: Buffer.from('usr/config.ign') },
    ]);
    execFileSync('cpio', ['-i', '--quiet'], { cwd: target, input: archive });
    expect(readFileSync(join(target, 'link')).equals(data)).toBe(true);
    const list = execFileSync('cpio', ['-tv', '--quiet'], { input: archive, encoding: 'utf8' });
    expect(list).toMatch(/-rw------- .* usr\/config\.ign\n/);
  });

  it('that GNU cpio writes are read by us', () => {
    const source = join(place.path, 'in');
    write(join(source, 'etc/hostname'), 'node-1\n');
    symlinkSync('hostname', join(source, 'etc/link'));
    const options = { cwd: source, input: 'etc\netc/hostname\netc/link\n' };
    const { entries } = decodeCpio(execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], options));
    expect(entries.map((one) => [one.path, one.mode >> 12, one.data.toString()])).toEqual([
      ['etc', 4, ''],
      ['etc/hostname', 8, 'node-1\n'],
      ['etc/link', 10, 'hostname'],
    ]);
  });
});
