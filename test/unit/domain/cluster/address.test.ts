import { describe, expect, test } from 'vitest';
import {
  canonicalAddress,
  familyOf,
  firstAddresses,
  hostPort,
  isCidr,
  isHostName,
} from '../../../../src/domain/cluster/address.ts';
import { parseOsRegistry } from '../../../../src/domain/cluster/os-reference.ts';
import { RELEASES, releaseOf } from '../../../../src/domain/cluster/versions.ts';

test('endpoints with an IPv6 address have brackets', () => {
  expect(hostPort('10.0.0.1', 6443)).toBe('10.0.0.1:6443');
  expect(hostPort('fd00::1', 6443)).toBe('[fd00::1]:6443');
  expect(hostPort('lb.example.com', 443)).toBe('lb.example.com:443');
});

test.each([
  ['10.0.0.1', 'ipv4'],
  ['fd00::1', 'ipv6'],
  ['fe80::1%eth0', undefined],
  ['10.0.1', undefined],
  ['010.0.0.1', undefined],
  ['lb', undefined],
])('the family of %s is %s', (address, family) => {
  expect(familyOf(address)).toBe(family);
});

test('the service address is the first of each subnet, whatever host bits are set', () => {
  expect(firstAddresses('10.96.0.0/12')).toEqual(['10.96.0.1']);
  expect(firstAddresses('10.111.3.9/12, fd00:96::5/112')).toEqual(['10.96.0.1', 'fd00:96::1']);
  expect(firstAddresses('nonsense')).toEqual([]);
});

test('an address is spelled as ip prints it', () => {
  expect(canonicalAddress('FD00:0:0::0010')).toBe('fd00::10');
  expect(canonicalAddress('lb.example')).toBe('lb.example');
});

test.each(['10.0.0.0/33', '10.0.0.0', 'fd00::/129', '10.0.0.0/8/8', '/8', 'a/8', '10.0.0.0/-1'])(
  '%s is no subnet',
  (text) => {
    expect(isCidr(text)).toBe(false);
  },
);

test.each([
  ['node-1.example.com', true],
  ['-node', false],
  ['node_1', false],
  ['a..b', false],
  ['', false],
  ['x'.repeat(64), false],
])('%s as a host name: %s', (name, good) => {
  expect(isHostName(name)).toBe(good);
});

describe('osRegistry', () => {
  test.each([
    ['registry/ock', 'ostree-unverified-registry', 'registry/ock'],
    ['ostree-unverified-registry:r.example:5000/a/ock', 'ostree-unverified-registry', 'r.example:5000/a/ock'],
    ['ostree-image-signed:docker://r.example/ock', 'ostree-image-signed:docker://', 'r.example/ock'],
    ['ostree-unverified-image:registry:r.example/ock', 'ostree-unverified-image:registry', 'r.example/ock'],
    ['ostree-remote-registry:ol:r.example/ock', 'ostree-remote-registry:ol', 'r.example/ock'],
    ['ostree-remote-image:ol:docker://r.example/ock', 'ostree-remote-image:ol:docker://', 'r.example/ock'],
  ])('%s', (text, transport, image) => {
    expect(parseOsRegistry(text)).toEqual({ transport, image });
  });

  test.each([
    'r.example/ock:1.33',
    'ostree-unverified-registry:r.example:5000/ock:1.33',
    'r.example/ock@sha256:abcd',
  ])('%s has a tag or digest, which is refused in the words of ocne', (text) => {
    expect(parseOsRegistry(text)).toBe('osRegistry field cannot have a tag');
  });

  test.each(['', 'a b', 'r/ock\ntransport: evil', 'ostree-nonsense:r/ock'])('%j is no image', (text) => {
    expect(parseOsRegistry(text)).toContain('is not a valid ostree image reference');
  });
});

test('a release is found by minor and by full version, and by nothing else', () => {
  expect(releaseOf('1.33')?.kubernetes).toBe('1.33.5');
  expect(releaseOf('1.26.6')?.etcd).toBe('3.5.6');
  expect(releaseOf('1.33.4')).toBeUndefined();
  expect(RELEASES.filter((release) => release.inOcne)).toHaveLength(8);
  expect(
    RELEASES.filter((release) => release.inOcne).every((release) => release.kubeadmApi === 'v1beta3'),
  ).toBe(true);
});
