import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configOf } from '../../../../src/protocol/ignition/config.ts';
import { inlineFile } from '../../../../src/protocol/ignition/file.ts';
import { acceptedSpec, negotiate } from '../../../../src/protocol/ignition/negotiate.ts';
import { SPEC_VERSIONS, atLeast, toVersion } from '../../../../src/protocol/ignition/version.ts';
import type { IgnitionConfig } from '../../../../src/protocol/ignition/config.ts';
import type { SpecVersion } from '../../../../src/protocol/ignition/version.ts';

const TYPE = 'application/vnd.coreos.ignition+json';
const plain = configOf({ files: [inlineFile('/a', 'x', { mode: 0o644 })] });

describe('the spec a client accepts', () => {
  test.each([
    [`${TYPE};version=3.4.0, */*;q=0.1`, '3.4.0'],
    [`${TYPE};version=3.3.0, */*;q=0.1`, '3.3.0'],
    // Ignition 2.20 and later read 3.5.0, and everything before it.
    [`${TYPE};version=3.5.0, */*;q=0.1`, '3.4.0'],
    [`${TYPE}; version="3.1.0"`, '3.1.0'],
    [`${TYPE};version=3.1.0, ${TYPE};version=3.2.0`, '3.2.0'],
    ['*/*', '3.4.0'],
    [undefined, '3.4.0'],
    [`${TYPE};version=2.3.0`, undefined],
    // Ignition 0.x and 2.x for spec 2 asks like this.
    [
      'application/vnd.coreos.ignition+json;version=2.4.0, application/vnd.coreos.ignition+json;version=1;q=0.5, */*;q=0.1',
      undefined,
    ],
  ])('%s is %s', (accept, spec) => {
    expect(acceptedSpec(accept)).toBe(spec);
  });

  test('is found without trouble in any header', () => {
    fc.assert(fc.property(fc.string(), (accept) => void acceptedSpec(`${TYPE};version=${accept}`)));
  });
});

describe('negotiation', () => {
  test('serves the config under the version that the client reads and names it in the content type', () => {
    const answer = negotiate(plain, `${TYPE};version=3.2.0, */*;q=0.1`);
    expect(answer).toMatchObject({ ok: true, version: '3.2.0', contentType: `${TYPE};version=3.2.0` });
    expect(answer.ok && answer.config.ignition.version).toBe('3.2.0');
  });

  test('never raises the version of a config', () => {
    const old = { ...plain, ignition: { version: '3.1.0' } };
    expect(negotiate(old, `${TYPE};version=3.4.0`)).toMatchObject({ ok: true, version: '3.1.0' });
  });

  test('refuses with the reason when the version cannot say it', () => {
    const config: IgnitionConfig = { ...plain, kernelArguments: { shouldExist: ['quiet'] } };
    expect(negotiate(config, `${TYPE};version=3.2.0`)).toEqual({
      ok: false,
      accepted: '3.2.0',
      because: [{ since: '3.3.0', what: 'kernelArguments' }],
    });
    expect(negotiate(plain, `${TYPE};version=2.2.0`)).toMatchObject({ ok: false, accepted: undefined });
  });
});

describe('a key is expressible from the version that brought it', () => {
  const version = { ignition: { version: '3.4.0' } };
  test.each<[SpecVersion, Omit<IgnitionConfig, 'ignition'> & { ignition?: object }]>([
    ['3.0.0', {}],
    ['3.1.0', { ignition: { proxy: { httpProxy: 'http://p' } } }],
    ['3.1.0', { storage: { filesystems: [{ device: '/dev/vdb', mountOptions: ['ro'] }] } }],
    [
      '3.1.0',
      { storage: { files: [{ path: '/a', contents: { httpHeaders: [{ name: 'A', value: 'b' }] } }] } },
    ],
    ['3.1.0', { storage: { files: [{ path: '/a', contents: { verification: { hash: 'sha256-00' } } }] } }],
    ['3.2.0', { storage: { luks: [{ name: 'a', device: '/dev/vdb' }] } }],
    ['3.2.0', { passwd: { users: [{ name: 'core', shouldExist: false }] } }],
    ['3.2.0', { storage: { disks: [{ device: '/dev/vda', partitions: [{ number: 1, resize: true }] }] } }],
    ['3.3.0', { kernelArguments: { shouldExist: ['quiet'] } }],
    ['3.3.0', { storage: { filesystems: [{ device: '/dev/vdb', format: 'none' }] } }],
    ['3.4.0', { storage: { files: [{ path: '/a', mode: 0o4755 }] } }],
    ['3.4.0', { storage: { luks: [{ name: 'a', discard: true }] } }],
  ])('%s: %j', (since, parts) => {
    const config = { ...parts, ignition: { ...version.ignition, ...parts.ignition } } as IgnitionConfig;
    for (const version of SPEC_VERSIONS) expect(toVersion(config, version).ok).toBe(atLeast(version, since));
  });
});
