import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configOf } from '../../../../src/protocol/ignition/config.ts';
import { inlineFile } from '../../../../src/protocol/ignition/file.ts';
import { mergeConfigs } from '../../../../src/protocol/ignition/merge.ts';
import type { IgnitionConfig } from '../../../../src/protocol/ignition/config.ts';

const version = { ignition: { version: '3.4.0' } };

describe('merging a child over a parent', () => {
  test('replaces the contents of a file and keeps its place in the order', () => {
    const parent = configOf({
      files: [inlineFile('/a', 'one', { mode: 0o644 }), inlineFile('/b', 'two', { mode: 0o600 })],
    });
    const child = configOf({
      files: [inlineFile('/c', 'three', { mode: 0o644 }), inlineFile('/a', 'new', { mode: 0o755 })],
    });
    const files = mergeConfigs(parent, child).storage?.files ?? [];
    expect(files.map((file) => [file.path, file.mode, file.contents?.source])).toEqual([
      ['/a', 0o755, 'data:,new'],
      ['/b', 0o600, 'data:,two'],
      ['/c', 0o644, 'data:,three'],
    ]);
  });

  test('keeps what the child does not say, field by field', () => {
    const parent = configOf({ files: [inlineFile('/a', 'one', { mode: 0o640, owner: 'ocne' })] });
    const child: IgnitionConfig = { ...version, storage: { files: [{ path: '/a', mode: 0o600 }] } };
    expect(mergeConfigs(parent, child).storage?.files?.[0]).toMatchObject({
      mode: 0o600,
      user: { name: 'ocne' },
      contents: { source: 'data:,one' },
    });
  });

  test('lets an explicitly empty compression stand over a gzip below it', () => {
    const parent = configOf({ files: [inlineFile('/a', 'x'.repeat(500), { mode: 0o644 })] });
    expect(parent.storage?.files?.[0]?.contents?.compression).toBe('gzip');
    const merged = mergeConfigs(parent, configOf({ files: [inlineFile('/a', 'short', { mode: 0o644 })] }));
    expect(merged.storage?.files?.[0]?.contents?.compression).toBe('');
  });

  test('takes a path from files when the child makes it a link or a directory', () => {
    const parent = configOf({
      files: [inlineFile('/a', '', { mode: 0o644 })],
      directories: [{ path: '/b' }],
    });
    const child: IgnitionConfig = {
      ...version,
      storage: { links: [{ path: '/a', target: '/t' }], files: [{ path: '/b' }] },
    };
    expect(mergeConfigs(parent, child).storage).toEqual({
      links: [{ path: '/a', target: '/t' }],
      files: [{ path: '/b' }],
    });
  });

  test('merges units by name and their drop-ins by name', () => {
    const parent = configOf({
      units: [{ name: 'a.service', enabled: true, dropins: [{ name: 'x.conf', contents: '1' }] }],
    });
    const child = configOf({
      units: [
        {
          name: 'a.service',
          dropins: [
            { name: 'y.conf', contents: '2' },
            { name: 'x.conf', contents: '3' },
          ],
        },
        { name: 'b.service', mask: true },
      ],
    });
    expect(mergeConfigs(parent, child).systemd?.units).toEqual([
      {
        name: 'a.service',
        enabled: true,
        dropins: [
          { name: 'x.conf', contents: '3' },
          { name: 'y.conf', contents: '2' },
        ],
      },
      { name: 'b.service', mask: true },
    ]);
  });

  test('unites groups and keys of a user, and appends options', () => {
    const user = (groups: string[], keys: string[]): IgnitionConfig =>
      configOf({ users: [{ name: 'ocne', groups, sshAuthorizedKeys: keys }] });
    const merged = mergeConfigs(user(['wheel'], ['k1']), user(['wheel', 'adm'], ['k2']));
    expect(merged.passwd?.users?.[0]).toEqual({
      name: 'ocne',
      groups: ['wheel', 'adm'],
      sshAuthorizedKeys: ['k1', 'k2'],
    });
    const filesystem = (options: string[]): IgnitionConfig => ({
      ...version,
      storage: { filesystems: [{ device: '/dev/vdb', options }] },
    });
    expect(mergeConfigs(filesystem(['-q']), filesystem(['-q'])).storage?.filesystems?.[0]?.options).toEqual([
      '-q',
      '-q',
    ]);
  });

  test('takes a kernel argument out of shouldExist when the child forbids it', () => {
    const merged = mergeConfigs(
      { ...version, kernelArguments: { shouldExist: ['quiet', 'debug'] } },
      { ...version, kernelArguments: { shouldNotExist: ['quiet'] } },
    );
    expect(merged.kernelArguments).toEqual({ shouldExist: ['debug'], shouldNotExist: ['quiet'] });
  });

  test('removes a header that the child names without a value', () => {
    const withHeaders = (httpHeaders: { name: string; value?: string }[]): IgnitionConfig => ({
      ...version,
      storage: { files: [{ path: '/a', contents: { source: 'http://x/', httpHeaders } }] },
    });
    const merged = mergeConfigs(
      withHeaders([
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ]),
      withHeaders([{ name: 'A' }]),
    );
    expect(merged.storage?.files?.[0]?.contents?.httpHeaders).toEqual([{ name: 'B', value: '2' }]);
  });

  test('tells partitions apart by number, or by label when they have none', () => {
    const disk = (partitions: object[]): IgnitionConfig => ({
      ...version,
      storage: { disks: [{ device: '/dev/vda', partitions }] },
    });
    const merged = mergeConfigs(
      disk([
        { number: 1, sizeMiB: 10 },
        { label: 'root', sizeMiB: 20 },
      ]),
      disk([
        { label: 'root', sizeMiB: 30 },
        { number: 1, label: 'boot' },
      ]),
    );
    expect(merged.storage?.disks?.[0]?.partitions).toEqual([
      { number: 1, sizeMiB: 10, label: 'boot' },
      { label: 'root', sizeMiB: 30 },
    ]);
  });

  test('over itself changes nothing, and order of layers is associative', () => {
    const unit = fc.record({
      name: fc.constantFrom('a.service', 'b.service', 'c.path'),
      enabled: fc.boolean(),
    });
    const file = fc
      .record({
        path: fc.constantFrom('/a', '/b', '/c'),
        text: fc.string({ maxLength: 20 }),
        mode: fc.nat(0o777),
      })
      .map(({ path, text, mode }) => inlineFile(path, text, { mode }));
    const config = fc
      .record({
        units: fc.uniqueArray(unit, { selector: ({ name }) => name }),
        files: fc.uniqueArray(file, { selector: ({ path }) => path }),
      })
      .map(configOf);
    fc.assert(
      fc.property(config, config, config, (a, b, c) => {
        expect(mergeConfigs(a, a)).toEqual(a);
        expect(mergeConfigs(mergeConfigs(a, b), c)).toEqual(mergeConfigs(a, mergeConfigs(b, c)));
      }),
    );
  });
});
