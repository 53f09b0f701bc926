import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRoutes } from '../../../../src/protocol/dhcp/classless-routes.ts';
import { decodeNames, encodeNames } from '../../../../src/protocol/dhcp/domain-names.ts';
import { encodeOptionValue } from '../../../../src/protocol/dhcp/option-encode.ts';
import type { OptionInput } from '../../../../src/protocol/dhcp/option-encode.ts';
import { optionByCode, optionByName, optionNames } from '../../../../src/protocol/dhcp/option-registry.ts';
import { readUserClasses, readUuid } from '../../../../src/protocol/dhcp/pxe.ts';
import { readRelayAgentInformation } from '../../../../src/protocol/dhcp/relay-agent.ts';
import { textBytes } from '../../../../src/protocol/dhcp/option-value.ts';

function encode(name: string, value: OptionInput): string {
  const definition = optionByName(name);
  if (definition === undefined) throw new Error(`no option ${name}`);
  return Buffer.from(encodeOptionValue(definition, value)).toString('hex');
}

describe('a configured option', () => {
  it.each([
    ['log-servers', ['10.20.0.1', '10.20.0.2'], '0a1400010a140002'],
    ['log-servers', '10.20.0.1', '0a140001'],
    ['time-offset', 3600, '00000e10'],
    ['time-offset', -3600, 'fffff1f0'],
    ['interface-mtu', '9000', '2328'],
    ['ip-forwarding', true, '01'],
    ['domain-name', 'rack1.example', Buffer.from('rack1.example').toString('hex')],
    ['path-mtu-plateau-table', [68, 1500], '004405dc'],
    ['static-routes', ['10.0.0.0', '10.20.0.1'], '0a0000000a140001'],
    ['224', 'hex:0102', '0102'],
    ['tftp-server-address', ['10.0.0.1'], '0a000001'],
    ['vendor-encapsulated-options', 'hex:06:01:08', '060108'],
    // RFC 3442's own example of a default route and a class C one.
    [
      'classless-static-route',
      ['0.0.0.0/0 via 10.0.0.1', '10.17.0.0/16 via 10.0.0.2'],
      '000a000001100a110a000002',
    ],
    // RFC 3397 §2 with its compression.
    [
      'domain-search',
      ['eng.apple.com', 'marketing.apple.com'],
      '03656e67056170706c6503636f6d00096d61726b6574696e67c004',
    ],
    ['v4-captive-portal', 'https://x/', Buffer.from('https://x/').toString('hex')],
  ] as const)('%s = %j becomes %s', (name, value, hex) => expect(encode(name, value)).toBe(hex));

  it.each([
    ['routers', '10.20.0', /not an IPv4 address such as 10\.20\.0\.1/],
    ['log-servers', [], /at least one address/],
    ['interface-mtu', 70000, /whole number from 0 to 65535/],
    ['interface-mtu', [1, 2], /exactly one value/],
    ['ip-forwarding', 'maybe', /neither true nor false/],
    ['static-routes', ['10.0.0.0'], /pairs/],
    ['classless-static-route', ['10.0.0.1/16 via 10.0.0.1'], /not a route such as/],
    ['domain-search', ['-bad-'], /not a domain name/],
    ['224', 'text', /bytes, written as "hex:0a0b"/],
    ['224', 'hex:0', /pairs of hex digits/],
    ['dhcp-lease-time', 60, /cannot be set: set `leaseTime`/],
    ['host-name', '', /at least one character/],
  ] as const)('%s = %j is refused in words', (name, value, message) => {
    expect(() => encode(name, value)).toThrow(message);
  });

  it('knows each name by its code and no code twice', () => {
    const codes = optionNames().map((name) => optionByName(name)?.code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(optionByName('0')).toBeUndefined();
    expect(optionByName('255')).toBeUndefined();
    expect(optionByName('no-such-option')).toBeUndefined();
    expect(optionByCode(42)?.name).toBe('ntp-servers');
  });
});

describe('the readers of option data', () => {
  const label = fc.stringMatching(/^[a-z0-9]{1,12}$/);
  it('read back the names they wrote', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(label, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
        (names) => {
          const texts = names.map((labels) => labels.join('.'));
          expect(decodeNames(encodeNames(texts))).toEqual(texts);
        },
      ),
    );
  });
  it('end on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeNames(bytes);
        readRoutes(bytes);
        readRelayAgentInformation(bytes);
        readUserClasses(bytes);
        readUuid(bytes);
      }),
    );
  });
  it('show routes as they were written', () => {
    expect(readRoutes(Buffer.from('000a000001100a110a000002', 'hex'))).toEqual([
      '0.0.0.0/0 via 10.0.0.1',
      '10.17.0.0/16 via 10.0.0.2',
    ]);
  });
  it('take user classes with and without the length bytes of RFC 3004', () => {
    expect(readUserClasses(textBytes('iPXE'))).toEqual(['iPXE']);
    expect(readUserClasses(Uint8Array.of(4, ...textBytes('iPXE')))).toEqual(['iPXE']);
    expect(readUserClasses(Uint8Array.of(4, ...textBytes('iPXE'), 3, ...textBytes('lab')))).toEqual([
      'iPXE',
      'lab',
    ]);
  });
  it('take a UUID with and without its type byte, in SMBIOS byte order, and none from zeros', () => {
    const raw = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const text = '33221100-5544-7766-8899-aabbccddeeff';
    expect(readUuid(Buffer.concat([Buffer.of(0), raw]))).toBe(text);
    expect(readUuid(raw)).toBe(text);
    expect(readUuid(new Uint8Array(17))).toBeUndefined();
    expect(readUuid(raw.subarray(1))).toBeUndefined();
  });
});
