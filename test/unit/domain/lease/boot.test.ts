import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../src/protocol/dhcp/message-type.ts';
import { OptionCode } from '../../../../src/protocol/dhcp/option-code.ts';
import { readText, textBytes, uint16Bytes } from '../../../../src/protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../../../src/protocol/dhcp/packet.ts';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import type { Outcome } from '../../../fakes/lease-bench.ts';
import { discover, ip, pxe, request, text } from '../../../fakes/lease-packets.ts';
import type { OptionEntries } from '../../../fakes/lease-packets.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

interface Told {
  file: string;
  option67: string | undefined;
  option66: string | undefined;
  vendorClass: string | undefined;
  siaddr: number | undefined;
}

function told({ packet }: Outcome): Told {
  const option = (code: number): string | undefined => {
    const value = packet?.options.get(code);
    return value === undefined ? undefined : readText(value);
  };
  return {
    file: readText(packet?.file ?? new Uint8Array()),
    option67: option(67),
    option66: option(66),
    vendorClass: option(60),
    siaddr: packet?.siaddr,
  };
}

const ask = (options: OptionEntries, fields: Partial<DhcpPacket> = {}) =>
  new LeaseBench().send(discover(1, options, fields));
const userClass = (...bytes: number[]): OptionEntries => [[OptionCode.userClass, Uint8Array.of(...bytes)]];
const BARE = [...textBytes('iPXE')];
const SCRIPT = 'http://10.20.0.1:8080/boot/52-54-00-00-00-01/ipxe';

describe('a boot client is told where to start', () => {
  it.each([
    [0, 'undionly.kpxe'],
    [6, 'ipxe-ia32.efi'],
    [7, 'snponly.efi'],
    [9, 'snponly.efi'],
    [11, 'snponly-arm64.efi'],
  ])('by PXE with architecture %i: %s, in the header and in the options', (type, file) => {
    expect(told(ask(pxe(type)))).toEqual({
      file,
      option67: file,
      option66: '10.20.0.1',
      vendorClass: 'PXEClient',
      siaddr: ip('10.20.0.1'),
    });
  });
  it.each([
    [15, 'ipxe-ia32.efi'],
    [16, 'snponly.efi'],
    [19, 'snponly-arm64.efi'],
  ])('by UEFI HTTP Boot with architecture %i: an exact URL and option 60 HTTPClient', (type, file) => {
    const outcome = ask(pxe(type, 'HTTPClient'));
    expect(told(outcome)).toMatchObject({
      option67: `http://10.20.0.1:8080/first-stage/${file}`,
      vendorClass: 'HTTPClient',
    });
    expect(outcome.packet?.options.has(OptionCode.vendorEncapsulated)).toBe(false);
  });
  it('with boot server discovery turned off (PXE 2.1)', () => {
    expect([...(ask(pxe(0)).packet?.options.get(43) ?? [])]).toEqual([6, 1, 8, 255]);
  });
  it('with its own loader when the host has one', () => {
    const bench = new LeaseBench(
      [networkWith()],
      [{ name: 'a', macs: ['52:54:00:00:00:01'], loader: 'grub', state: 'discovered' }],
    );
    expect(told(bench.send(discover(1, pxe(7)))).file).toBe('shimx64.efi');
  });
  it.each([
    ['by PXE', 'PXEClient', 7, 'local-disk'],
    ['by HTTP Boot', 'HTTPClient', 16, 'http://10.20.0.1:8080/first-stage/local-disk'],
  ] as const)('%s: a file that is not there, when its host is to start its disk', (_, by, type, file) => {
    const bench = new LeaseBench(
      [networkWith()],
      [{ name: 'a', macs: ['52:54:00:00:00:01'], state: 'active' }],
    );
    const outcome = bench.send(discover(1, pxe(type, by)));
    expect(told(outcome)).toMatchObject({ option67: file, vendorClass: by });
    expect(outcome.decision.reason).toContain('to start its local disk: a is active');
  });
  it('while a machine that does not boot from the network is told nothing of it', () => {
    const outcome = ask([text(60, 'udhcp 1.36')]);
    expect(told(outcome)).toMatchObject({ file: '', option67: undefined, vendorClass: undefined });
    expect(outcome.said).toBe('OFFER');
  });
  it('in the ACK as in the OFFER, and in answer to an INFORM', () => {
    const inform = new LeaseBench().send(request(MessageType.inform, 1, pxe(7), { ciaddr: ip('10.20.0.9') }));
    expect(told(inform).option67).toBe('snponly.efi');
  });
});

describe('iPXE is told where its script is', () => {
  it.each([
    ['a bare user class', userClass(...BARE)],
    ['a user class with length bytes (RFC 3004)', userClass(4, ...BARE)],
    ['one of several user classes', userClass(3, 0x6c, 0x61, 0x62, 4, ...BARE)],
    [
      'option 175 with HTTP and no user class',
      [[OptionCode.etherboot, Uint8Array.of(0xb1, 1, 1, 19, 1, 1)]] as OptionEntries,
    ],
  ])('known by %s', (_, options) => {
    expect(told(ask([...pxe(7), ...options]))).toMatchObject({ file: SCRIPT, option67: SCRIPT });
  });
  it('and not to wait for proxyDHCP', () => {
    expect([...(ask([...pxe(7), ...userClass(...BARE)]).packet?.options.get(175) ?? [])]).toEqual([
      0xb0, 1, 1,
    ]);
  });
  it('unless it cannot fetch by HTTP: then our own iPXE comes first', () => {
    const etherboot: OptionEntries = [[OptionCode.etherboot, Uint8Array.of(21, 1, 1)]];
    expect(told(ask([...pxe(0), ...userClass(...BARE), ...etherboot])).file).toBe('undionly.kpxe');
  });
  it('and gets the same address as the ROM before it', () => {
    const bench = new LeaseBench();
    const rom = bench.send(discover(1, [...pxe(7), [61, Uint8Array.of(0, 1, 2)]])).address;
    expect(
      bench.send(discover(1, [...pxe(7), ...userClass(...BARE), [61, Uint8Array.of(1, 9, 9)]])).address,
    ).toBe(rom);
  });
});

describe('firmware as it is', () => {
  const without = (code: number, options: OptionEntries) => options.filter(([other]) => other !== code);
  it('boots without a UUID (option 97), and gets none back', () => {
    const outcome = ask(without(97, pxe(0)));
    expect(told(outcome).file).toBe('undionly.kpxe');
    expect(outcome.packet?.options.has(97)).toBe(false);
  });
  it('gets its UUID back as it sent it', () => {
    expect([...(ask(pxe(7)).packet?.options.get(97) ?? [])].slice(0, 3)).toEqual([0, 1, 2]);
  });
  it('boots with the architecture in the vendor class only', () => {
    expect(told(ask(without(93, pxe(9)))).file).toBe('snponly.efi');
  });
  it('lists several architectures: the first one known counts', () => {
    const options = [...without(93, pxe(7)), [93, Uint8Array.of(0x12, 0x34, 0, 7, 0, 0)] as const];
    expect(told(ask(options)).file).toBe('snponly.efi');
  });
  it('of HTTP Boot that lists a PXE type still gets a URL', () => {
    expect(told(ask(pxe(7, 'HTTPClient'))).option67).toBe('http://10.20.0.1:8080/first-stage/snponly.efi');
  });
  it('of a Raspberry Pi says x86 BIOS, and is not handed an x86 program', () => {
    const packet = discover(1, [text(60, 'PXEClient:Arch:00000:UNDI:002001'), [93, Uint8Array.of(0, 0)]]);
    packet.chaddr.set([0xd8, 0x3a, 0xdd, 1, 2, 3]);
    expect(told(new LeaseBench().send(packet))).toMatchObject({ file: '', option67: undefined });
  });
  it('of an unknown architecture gets an address and a reason', () => {
    const outcome = ask(pxe(31));
    expect(outcome.said).toBe('OFFER');
    expect(outcome.decision.reason).toContain('nothing to boot');
  });
  it.each([0, 0x8000])('with broadcast flag %i hears the offer', (flags) => {
    expect(ask(pxe(0), { flags })).toMatchObject({ to: 'broadcast' });
  });
  it('sends EDK2’s parameter list of 35 codes and gets an answer', () => {
    const list = Uint8Array.from([
      1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
      128, 129, 130, 131, 132, 133, 134, 135,
    ]);
    const outcome = ask([...pxe(7), [55, list], [57, uint16Bytes(1472)]]);
    expect(told(outcome).file).toBe('snponly.efi');
  });
});

describe('proxyDHCP beside the site’s own server', () => {
  const bench = () => new LeaseBench([networkWith({ dhcp: 'proxy', ranges: [] })]);
  it('offers the boot file and never an address, after a short delay', () => {
    const offer = bench().send(discover(1, pxe(0)));
    expect(offer).toMatchObject({ said: 'OFFER', address: '0.0.0.0', to: 'broadcast' });
    expect(offer.decision.reply?.delayMs).toBe(100);
    expect(told(offer)).toMatchObject({ file: 'undionly.kpxe', vendorClass: 'PXEClient' });
    expect([1, 3, 51].some((code) => offer.packet?.options.has(code))).toBe(false);
  });
  it('lets UEFI firmware ask port 4011 by leaving out option 43', () => {
    expect(
      bench()
        .send(discover(1, pxe(7)))
        .packet?.options.has(43),
    ).toBe(false);
    expect(
      bench()
        .send(discover(1, pxe(0)))
        .packet?.options.has(43),
    ).toBe(true);
  });
  it('answers on 4011 to where the question came from', () => {
    const proxy = bench();
    proxy.port = 4011;
    proxy.source = { address: ip('10.20.0.120'), port: 4011 };
    const ack = proxy.send(request(MessageType.request, 1, pxe(7), { ciaddr: ip('10.20.0.120') }));
    expect(ack).toMatchObject({ said: 'ACK', address: '0.0.0.0', to: 'unicast 10.20.0.120:4011' });
    expect(told(ack).file).toBe('snponly.efi');
  });
  it.each([
    ['a DISCOVER of a machine that does not boot from the network', discover(1)],
    ['a REQUEST to the other server', request(MessageType.request, 1, pxe(0))],
    ['a lease to renew', request(MessageType.request, 1, [], { ciaddr: ip('10.20.0.9') })],
  ])('is silent on %s', (_, packet) => expect(bench().send(packet).said).toBe('silence'));
  it('gives HTTP Boot its URL at once', () => {
    expect(told(bench().send(discover(1, pxe(16, 'HTTPClient')))).option67).toContain(
      '/first-stage/snponly.efi',
    );
  });
});

describe('a sighting', () => {
  it('beside another server tells of boot clients and known hosts, and of nobody else', () => {
    const hosts = [{ name: 'a', macs: ['52:54:00:00:00:05'] }];
    const bench = new LeaseBench([networkWith({ dhcp: 'proxy', ranges: [] })], hosts);
    expect(bench.send(discover(1)).decision.sighting).toBeUndefined();
    expect(bench.send(discover(5)).decision.sighting).toMatchObject({ mac: '52:54:00:00:00:05' });
    expect(bench.send(discover(2, pxe(7))).decision.sighting).toMatchObject({
      network: 'rack1',
      architecture: 'uefi-x64',
      uuid: '04030201-0605-0807-090a-0b0c0d0e0f10',
    });
  });
});
