import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileIdOf } from '../../../../src/protocol/tftp/name.ts';
import { netasciiLength, toNetascii } from '../../../../src/protocol/tftp/netascii.ts';
import { blockSizeForMtu, negotiate } from '../../../../src/protocol/tftp/negotiation.ts';
import { decodePacket, encodePacket } from '../../../../src/protocol/tftp/packet.ts';
import type { TftpPacket } from '../../../../src/protocol/tftp/packet.ts';

const text = (length: number) =>
  fc.string({ minLength: 1, maxLength: length, unit: 'grapheme' }).map((s) => s.replaceAll('\0', '_'));
const options = fc.array(fc.tuple(text(10), text(10)), { maxLength: 5 });
const block = fc.integer({ min: 0, max: 65_535 });

const packets: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('rrq' as const, 'wrq' as const),
    filename: text(60),
    mode: fc.constantFrom('octet', 'netascii', 'mail'),
    options,
  }),
  fc.record({ kind: fc.constant('data' as const), block, bytes: fc.uint8Array({ maxLength: 600 }) }),
  fc.record({ kind: fc.constant('ack' as const), block }),
  fc.record({ kind: fc.constant('error' as const), code: block, message: text(60) }),
  fc.record({ kind: fc.constant('oack' as const), options }),
);

const plain = (packet: TftpPacket | undefined): unknown =>
  packet?.kind === 'data' ? { ...packet, bytes: [...packet.bytes] } : packet;

describe('the TFTP codec', () => {
  it('reads back whatever it wrote', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(plain(decodePacket(encodePacket(packet)))).toEqual(plain(packet));
      }),
    );
  });
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        decodePacket(bytes);
      }),
    );
  });
  it('never throws on a damaged packet', () => {
    fc.assert(
      fc.property(packets, fc.nat(), fc.nat(255), fc.nat(), (packet, at, value, cut) => {
        const bytes = encodePacket(packet);
        bytes[at % bytes.length] = value;
        decodePacket(bytes.subarray(0, cut % (bytes.length + 1)));
      }),
    );
  });
  it.each([
    ['nothing', ''],
    ['one byte', '00'],
    ['an unknown opcode', '00070001'],
    ['opcode 0', '00000001'],
    ['an ACK without a block', '0004'],
    ['half a block number', '000400'],
    ['DATA without a block', '000301'],
    ['an ERROR without a code', '0005'],
    ['a name without an end', '00016162'],
    ['a request without a mode', '0001616200'],
    ['an empty mode', '000161620000'],
  ])('is not fooled by %s', (_, hex) => expect(decodePacket(Buffer.from(hex, 'hex'))).toBeUndefined());

  const request = (bytes: string) => decodePacket(Buffer.from(bytes, 'latin1'));
  it('reads the mode without regard to case', () =>
    expect(request('\0\x01a\0OcTeT\0')).toMatchObject({ mode: 'octet' }));
  it('tolerates trailing bytes behind the mode and behind the options', () => {
    expect(request('\0\x01a\0octet\0\0\0\0')).toMatchObject({ filename: 'a', options: [] });
    expect(request('\0\x01a\0octet\0junk')).toMatchObject({ filename: 'a', options: [] });
    expect(request('\0\x01a\0octet\0tsize\x000\0\0\0')).toMatchObject({ options: [['tsize', '0']] });
  });
  it('cuts a name at the DHCP end byte that old UEFI and BIOS ROMs take along', () => {
    expect(request('\0\x01snponly.efi\xff\0octet\0')).toMatchObject({ filename: 'snponly.efi' });
    expect(request('\0\x01undionly.kpxe\xff?*_\xdf\0octet\0')).toMatchObject({ filename: 'undionly.kpxe' });
  });
  it('takes an ERROR without message or terminator, as Intel ROMs send it', () => {
    expect(decodePacket(Buffer.from('00050000', 'hex'))).toEqual({ kind: 'error', code: 0, message: '' });
    expect(request('\0\x05\0\0TFTP Aborted')).toMatchObject({ message: 'TFTP Aborted' });
  });
  it('reads no more than 32 options and no request longer than a frame', () => {
    const many = `\0\x01a\0octet\0${'x\x001\0'.repeat(100)}`;
    const read = request(many);
    expect(read?.kind === 'rrq' && read.options.length).toBe(32);
    expect(request(`\0\x01${'a'.repeat(1500)}\0octet\0`)).toBeUndefined();
  });
});

describe('a file name', () => {
  it.each([
    ['undionly.kpxe', 'undionly.kpxe'],
    ['/undionly.kpxe', 'undionly.kpxe'],
    ['//grubx64.efi', 'grubx64.efi'],
    ['\\EFI\\BOOT\\grubx64.efi', 'EFI/BOOT/grubx64.efi'],
    ['grub/../x', undefined],
    ['../../etc/passwd', undefined],
    ['..\\..\\etc\\passwd', undefined],
    ['/..', undefined],
    ['a/./b', undefined],
    ['', undefined],
    ['/', undefined],
    ['a\nb', undefined],
    ['a\u007fb', undefined],
    ['a\ufffdb', undefined],
    ['a'.repeat(256), undefined],
    ['...', '...'],
  ])('%j means %j', (name, id) => expect(fileIdOf(name)).toBe(id));
});

describe('netascii', () => {
  it.each([
    ['a\nb', 'a\r\nb'],
    ['a\rb', 'a\r\0b'],
    ['a\r\nb', 'a\r\0\r\nb'],
    ['', ''],
  ])('turns %j into %j', (local, wire) => expect(toNetascii(Buffer.from(local)).toString()).toBe(wire));
  it('is the same in pieces as in one', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
        const cut = at % (bytes.length + 1);
        const whole = toNetascii(bytes);
        const joined = Buffer.concat([toNetascii(bytes.subarray(0, cut)), toNetascii(bytes.subarray(cut))]);
        return whole.equals(joined) && whole.length === netasciiLength(bytes);
      }),
    );
  });
});

describe('negotiation', () => {
  const limits = { blockSize: 1468, windowSize: 16 };
  it.each([
    ['no option: no OACK, 512 bytes in lockstep', [], [], 512, 1],
    ['a block size within the limit', [['blksize', '1024']], [['blksize', '1024']], 1024, 1],
    ['a block size beyond the limit is lowered', [['blksize', '65464']], [['blksize', '1468']], 1468, 1],
    ['a block size too small to be valid is left out', [['blksize', '7']], [], 512, 1],
    ['the smallest block size', [['blksize', '8']], [['blksize', '8']], 8, 1],
    ['a window within the limit', [['windowsize', '4']], [['windowsize', '4']], 512, 4],
    ['a window beyond the limit is lowered', [['windowsize', '64']], [['windowsize', '16']], 512, 16],
    ['a window of 0 is left out', [['windowsize', '0']], [], 512, 1],
    ['a window of 65536 is left out', [['windowsize', '65536']], [], 512, 1],
    ['the size is told', [['tsize', '0']], [['tsize', '5000']], 512, 1],
    ['names in any case, echoed as spelled', [['BLKSIZE', '600']], [['BLKSIZE', '600']], 600, 1],
    ['an unknown option is left out', [['multicast', '']], [], 512, 1],
    ['a value that is no number is left out', [['blksize', '14x']], [], 512, 1],
    ['a repeated option counts once', [['blksize', '600'], ['blksize', '700']], [['blksize', '600']], 600, 1], // prettier-ignore
    ['a timeout of 0 is left out', [['timeout', '0']], [], 512, 1],
    ['a timeout of 256 is left out', [['timeout', '256']], [], 512, 1],
  ] as const)('%s', (_, asked, acknowledged, blockSize, windowSize) =>
    expect(negotiate(asked, 5000, limits)).toMatchObject({ acknowledged, blockSize, windowSize }),
  );
  it('keeps the timeout exactly as asked', () =>
    expect(negotiate([['timeout', '255']], 1, limits)).toMatchObject({
      timeoutMs: 255_000,
      acknowledged: [['timeout', '255']],
    }));
  it('fits a block into one frame of the MTU', () => {
    expect(blockSizeForMtu(1500)).toBe(1468);
    expect(blockSizeForMtu(1400)).toBe(1368);
    expect(blockSizeForMtu(200)).toBe(512);
  });
});
