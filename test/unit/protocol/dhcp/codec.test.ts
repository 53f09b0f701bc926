import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePacket } from '../../../../src/protocol/dhcp/decode.ts';
import { encodePacket } from '../../../../src/protocol/dhcp/encode.ts';
import { OptionCode } from '../../../../src/protocol/dhcp/option-code.ts';
import type { DhcpPacket } from '../../../../src/protocol/dhcp/packet.ts';
import { mutate } from '../../../fuzz/mutate.ts';
import { discover, pxe, request } from '../../../fakes/lease-packets.ts';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const byte = fc.integer({ min: 0, max: 255 });
const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const optionCode = fc.integer({ min: 1, max: 254 }).filter((code) => code !== OptionCode.overload);

const packets = fc
  .record({
    op: fc.constantFrom(1, 2),
    htype: byte,
    hlen: fc.integer({ min: 0, max: 16 }),
    hops: byte,
    xid: uint32,
    secs: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.integer({ min: 0, max: 0xffff }),
    ciaddr: uint32,
    yiaddr: uint32,
    siaddr: uint32,
    giaddr: uint32,
    chaddr: fixed(16),
    sname: fixed(64),
    file: fixed(128),
    options: fc.dictionary(optionCode.map(String), fc.uint8Array({ maxLength: 600 }), { maxKeys: 12 }),
  })
  .map((record): DhcpPacket => ({
    ...record,
    options: new Map(Object.entries(record.options).map(([code, value]) => [Number(code), value])),
  }));

function plain(packet: DhcpPacket): unknown {
  const options = [...packet.options].map(([code, value]) => [code, [...value]] as const);
  return {
    ...packet,
    chaddr: [...packet.chaddr],
    sname: [...packet.sname],
    file: [...packet.file],
    options: options.toSorted(([a], [b]) => a - b),
  };
}

function decoded(bytes: Uint8Array): DhcpPacket {
  const packet = decodePacket(bytes);
  if (typeof packet === 'string') throw new Error(packet);
  return packet;
}

describe('the packet codec', () => {
  it('gives back every packet it wrote, long options included (RFC 3396)', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(plain(decoded(encodePacket(packet, 65_000)))).toEqual(plain(packet));
      }),
    );
  });

  it('never throws and never hangs on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 1500 }), (bytes) => void decodePacket(bytes)));
  });

  it('takes mutated packets apart or refuses them, and writes what it understood', () => {
    const seed = encodePacket(discover(1, pxe(7)), 1472);
    for (let index = 0; index < 3000; index += 1) {
      const packet = decodePacket(mutate(seed, index));
      if (typeof packet !== 'string') encodePacket(packet, 1472);
    }
  });

  it('keeps to the size the client takes, at any size', () => {
    fc.assert(
      fc.property(packets, fc.integer({ min: 0, max: 1472 }), (packet, limit) => {
        const bytes = encodePacket(packet, limit);
        expect(bytes.length).toBeLessThanOrEqual(Math.max(limit, 300));
        expect(typeof decodePacket(bytes)).toBe('object');
      }),
    );
  });

  it('writes at least 300 bytes, as the Linux kernel client ignores less (RFC 951)', () => {
    expect(encodePacket(request(undefined, 1)).length).toBe(300);
  });

  it('refuses a packet without the magic cookie', () => {
    const bytes = encodePacket(discover(1));
    bytes[236] = 0;
    expect(decodePacket(bytes)).toBe('no-cookie');
  });

  it.each([
    ['too short', (bytes: Buffer) => bytes.subarray(0, 239), 'too-short'],
    ['operation 3', (bytes: Buffer) => patched(bytes, 0, 3), 'bad-operation'],
    ['a 17-byte hardware address', (bytes: Buffer) => patched(bytes, 2, 17), 'bad-hardware-length'],
    [
      'an option past the end',
      (bytes: Buffer) => patched(bytes, 241, 255).subarray(0, 300),
      'truncated-option',
    ],
  ])('names the fault of %s', (_, change, fault) => {
    expect(decodePacket(change(encodePacket(discover(1))))).toBe(fault);
  });

  it('skips pad options one by one and tolerates a missing END', () => {
    const bytes = Buffer.concat([
      encodePacket(request(undefined, 1)).subarray(0, 240),
      Buffer.of(0, 0, 0, 53, 1, 1, 0, 12, 1, 0x61),
    ]);
    expect([...decoded(bytes).options.keys()]).toEqual([53, 12]);
  });

  it('puts what does not fit into file and sname, and reads it from there (option 52)', () => {
    const options = [200, 201, 202, 203].map((code) => [code, new Uint8Array(60).fill(code)] as const);
    const bytes = encodePacket(request(5, 1, options), 400);
    expect(plain(decoded(bytes))).toMatchObject({
      options: [[53, [5]], ...options.map(([code, value]) => [code, [...value]])],
      file: [],
    });
  });

  it('never overloads a field that carries a boot file', () => {
    const file = new Uint8Array(128).fill(0x61);
    const options = [200, 201, 202].map((code) => [code, new Uint8Array(60).fill(code)] as const);
    const packet = decoded(encodePacket(request(5, 1, options, { file }), 400));
    expect([...packet.file]).toEqual([...file]);
  });

  it('puts the relay agent information last, whatever has to go for it (RFC 3046)', () => {
    const relay = new Uint8Array(40).fill(7);
    const options = [
      [82, relay] as const,
      ...[200, 201, 202, 203, 204].map((code) => [code, new Uint8Array(50)] as const),
    ];
    const packet = decoded(encodePacket(request(2, 1, options), 300));
    expect(packet.options.get(82)).toEqual(Buffer.from(relay));
    const whole = decoded(encodePacket(request(2, 1, options), 1400));
    expect([...whole.options.keys()].at(-1)).toBe(82);
  });
});

function patched(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}
