import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInline } from '../../../../src/protocol/ignition/data-url.ts';
import { parseForeign } from '../../../../src/protocol/ignition/foreign.ts';
import { parseConfig } from '../../../../src/protocol/ignition/parse.ts';
import { serialiseConfig } from '../../../../src/protocol/ignition/serialise.ts';

const FCOS = 'variant: fcos\nversion: 1.5.0\n';

describe('Ignition JSON of a user', () => {
  test('of an older spec is lifted to 3.4.0', () => {
    const parsed = parseForeign(
      '{"ignition":{"version":"3.1.0"},"storage":{"files":[{"path":"/a","mode":420}]}}',
    );
    expect(parsed).toEqual({
      ok: true,
      config: { ignition: { version: '3.4.0' }, storage: { files: [{ path: '/a', mode: 420 }] } },
      warnings: [],
    });
  });

  test('may hold the nulls that Go writes', () => {
    expect(
      parseForeign(
        '{"ignition":{"version":"3.4.0","config":null},"systemd":{"units":[{"name":"a.service","contents":null}]}}',
      ),
    ).toMatchObject({
      ok: true,
      config: { systemd: { units: [{ name: 'a.service' }] } },
    });
  });

  test('warns about a key that nobody knows, and goes on without it', () => {
    const parsed = parseForeign(
      '{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/a","typo":1}]},"extra":{}}',
    );
    expect(parsed).toMatchObject({ ok: true, config: { storage: { files: [{ path: '/a' }] } } });
    expect(parsed.ok && [...parsed.warnings].sort()).toEqual([
      'unused key extra',
      'unused key storage.files.0.typo',
    ]);
  });

  test('warns about a key newer than the version it names', () => {
    const parsed = parseForeign(
      '{"ignition":{"version":"3.2.0"},"kernelArguments":{"shouldExist":["quiet"]}}',
    );
    expect(parsed.ok && parsed.warnings).toEqual([
      'kernelArguments needs version 3.3.0, the config says 3.2.0',
    ]);
  });

  test.each([
    ['{"ignition":{"version":"3.5.0"}}', '3.5.0 is not one of 3.0.0 to 3.4.0'],
    ['{"ignition":{"version":"2.2.0"}}', '2.2.0 is not one of'],
    [
      '{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"relative"}]}}',
      'storage.files.0.path: must be an absolute path',
    ],
    [
      '{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/a"},{"path":"/a"}]}}',
      '/a is defined twice',
    ],
    [
      '{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/a","mode":"0644"}]}}',
      'storage.files.0.mode',
    ],
    ['{"ignition":{"version":"3.4.0"},"systemd":{"units":[{"name":"../x"}]}}', 'systemd.units.0.name'],
  ])('is refused: %s', (text, why) => {
    const parsed = parseForeign(text);
    expect(parsed.ok ? '' : parsed.error).toContain(why);
  });

  test('nested a hundred thousand deep is an error and not a crash', () => {
    const deep = `{"ignition":{"version":"3.4.0"},"storage":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(parseForeign(deep).ok).toBe(false);
  });

  test('never makes the reader throw', () => {
    fc.assert(fc.property(fc.json(), (text) => void parseConfig(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseForeign(text)));
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => void parseConfig(JSON.stringify({ ignition: { version: '3.4.0' }, storage: value })),
      ),
    );
  });
});

describe('Butane of a user', () => {
  test('becomes Ignition: snake case, octal modes, inline contents', () => {
    const parsed = parseForeign(
      `${FCOS}storage:
  files:
    - path: /etc/hostname
      mode: 0644
      overwrite: true
      contents:
        inline: node1
  directories:
    - path: /srv
      mode: 0o750
      user: {name: ocne}
  links:
    - {path: /etc/localtime, target: ../usr/share/zoneinfo/UTC}
  disks:
    - device: /dev/vdb
      wipe_table: true
      partitions: [{number: 1, size_mib: 100, start_mib: 1, type_guid: X}]
systemd:
  units:
    - name: a.service
      enabled: true
      dropins: [{name: x.conf, contents: "[Service]\\n"}]
passwd:
  users:
    - name: core
      ssh_authorized_keys: [k]
      password_hash: $6$x
      home_dir: /srv
kernel_arguments:
  should_exist: [quiet]
  should_not_exist: [debug]
`,
    );
    expect(parsed).toMatchObject({
      ok: true,
      warnings: [],
      config: {
        ignition: { version: '3.4.0' },
        kernelArguments: { shouldExist: ['quiet'], shouldNotExist: ['debug'] },
        storage: {
          files: [
            { path: '/etc/hostname', mode: 0o644, overwrite: true, contents: { source: 'data:,node1' } },
          ],
          directories: [{ path: '/srv', mode: 0o750, user: { name: 'ocne' } }],
          links: [{ path: '/etc/localtime', target: '../usr/share/zoneinfo/UTC' }],
          disks: [{ wipeTable: true, partitions: [{ number: 1, sizeMiB: 100, startMiB: 1, typeGuid: 'X' }] }],
        },
        systemd: { units: [{ name: 'a.service', enabled: true, dropins: [{ name: 'x.conf' }] }] },
        passwd: { users: [{ sshAuthorizedKeys: ['k'], passwordHash: '$6$x', homeDir: '/srv' }] },
      },
    });
  });

  test('compresses long inline contents', () => {
    const text = 'line\n'.repeat(100);
    const indented = text.replaceAll('line', '          line');
    const parsed = parseForeign(
      `${FCOS}storage:\n  files:\n    - path: /a\n      contents:\n        inline: |\n${indented}`,
    );
    const contents = parsed.ok ? parsed.config.storage?.files?.[0]?.contents : undefined;
    expect(contents?.compression).toBe('gzip');
    expect(Buffer.from(decodeInline(contents ?? {}) ?? []).toString()).toBe(text);
  });

  test.each([
    ['variant: fcos\nversion: 1.9.0\n', 'line 2: version: 1.9.0, allowed: 1.0.0, 1.1.0'],
    ['variant: flatcar\nversion: 1.0.0\n', 'line 1: variant: flatcar is not supported, allowed: fcos'],
    ['hello: world\n', '`variant` is missing'],
    ['just text', 'neither Ignition JSON nor a Butane document'],
    [`${FCOS}boot_device:\n  mirror: {devices: [/dev/vda]}\n`, 'line 3: boot_device is not supported'],
    [`${FCOS}storage:\n  trees:\n    - local: x\n`, 'line 4: storage.trees is not supported'],
    [
      `${FCOS}storage:\n  files:\n    - path: /a\n      contents:\n        local: x\n`,
      'line 7: storage.files.0.contents.local is not supported: put the text into `inline`',
    ],
    [
      `${FCOS}storage:\n  filesystems:\n    - device: /dev/vdb\n      with_mount_unit: true\n`,
      'line 6: storage.filesystems.0.with_mount_unit is not supported',
    ],
    [
      `${FCOS}systemd:\n  units:\n    - name: a.service\n      contents_local: x\n`,
      'line 6: systemd.units.0.contents_local',
    ],
    [`${FCOS}storage:\n  files:\n    - path: a\n`, 'line 5: storage.files.0.path: must be an absolute path'],
    [
      `${FCOS}storage:\n  files:\n    - path: /a\n      contents: {inline: x, source: "data:,y"}\n`,
      'only one of inline and source',
    ],
    [`${FCOS}storage: [\n`, 'line 4:'],
  ])('is refused with line and key: %j', (text, why) => {
    const parsed = parseForeign(text);
    expect(parsed.ok ? '' : parsed.error).toContain(why);
  });

  test('warns about an unknown key with its line, in the spelling of the file', () => {
    const parsed = parseForeign(`${FCOS}storage:\n  files:\n    - path: /a\n      over_write: true\n`);
    expect(parsed.ok && parsed.warnings).toEqual(['line 6: unused key storage.files.0.over_write']);
  });

  test('cannot blow up through aliases', () => {
    const levels = Array.from(
      { length: 20 },
      (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}, *l${level}]`,
    );
    expect(parseForeign(`${FCOS}l0: &l0 [x]\n${levels.join('\n')}\n`).ok).toBe(false);
  });
});

test('a config is one line, with the top-level keys in the order of ocne', () => {
  const text = serialiseConfig({
    systemd: { units: [{ name: 'a.service' }] },
    kernelArguments: { shouldExist: ['quiet'] },
    ignition: { version: '3.4.0' },
  });
  expect(text.endsWith('}\n')).toBe(true);
  expect(text.trimEnd()).not.toContain('\n');
  expect(Object.keys(JSON.parse(text) as object)).toEqual([
    'ignition',
    'kernelArguments',
    'passwd',
    'storage',
    'systemd',
  ]);
});
