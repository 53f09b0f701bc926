import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4FromNumber, ipv4ToNumber, parseIpv4 } from '../../../../src/protocol/address/ipv4.ts';
import { macFromBytes, macToBytes, parseMac } from '../../../../src/protocol/address/mac.ts';
import {
  broadcastOf,
  netmask,
  parseSubnet,
  subnetContains,
} from '../../../../src/protocol/address/subnet.ts';

describe('a MAC address', () => {
  it.each([
    '52:54:00:AB:CD:EF',
    '52-54-00-ab-cd-ef',
    '5254.00ab.cdef',
    '525400abcdef',
    ' 52:54:00:ab:cd:ef ',
  ])('is read from %s', (text) => expect(parseMac(text)).toBe('52:54:00:ab:cd:ef'));
  it.each([
    '',
    '52:54:00:ab:cd',
    '52:54:00:ab:cd:eg',
    '52:54-00:ab:cd:ef',
    '52:54:00:ab:cd:ef:00',
    '5:2:5:4:0:0',
  ])('is refused from %j', (text) => expect(parseMac(text)).toBeUndefined());
  it('survives a round trip through bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const mac = macFromBytes(bytes);
        return mac !== undefined && parseMac(mac) === mac && Buffer.compare(macToBytes(mac), bytes) === 0;
      }),
    );
  });
});

describe('an IPv4 address', () => {
  it.each(['010.0.0.1', '1.2.3', '256.1.1.1', '1.2.3.4.5', '', ' 1.2.3.4', '1.2.3.4/8'])(
    'is refused from %j',
    (text) => expect(parseIpv4(text)).toBeUndefined(),
  );
  it('survives a round trip through a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
        const address = ipv4FromNumber(value);
        return parseIpv4(address) === address && ipv4ToNumber(address) === value;
      }),
    );
  });
});

describe('a subnet', () => {
  it('knows its mask, broadcast and members', () => {
    const subnet = parseSubnet('10.20.4.0/22');
    if (subnet === undefined) throw new Error('not parsed');
    expect(netmask(subnet.prefix)).toBe('255.255.252.0');
    expect(broadcastOf(subnet)).toBe('10.20.7.255');
    expect(subnetContains(subnet, ipv4FromNumber(0x0a1407fe))).toBe(true);
    expect(subnetContains(subnet, ipv4FromNumber(0x0a140801))).toBe(false);
  });
  it.each(['10.20.0.1/24', '10.20.0.0', '10.20.0.0/33', '10.20.0.0/24/1', 'rack'])(
    'is refused from %j',
    (text) => expect(parseSubnet(text)).toBeUndefined(),
  );
});
