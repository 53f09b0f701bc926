import { ipv4ToNumber } from '../../src/protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { MessageType } from '../../src/protocol/dhcp/message-type.ts';
import { OptionCode } from '../../src/protocol/dhcp/option-code.ts';
import { textBytes, uint32Bytes } from '../../src/protocol/dhcp/option-value.ts';
import { BOOTREQUEST } from '../../src/protocol/dhcp/packet.ts';
import type { DhcpPacket } from '../../src/protocol/dhcp/packet.ts';

export const ip = (text: string): number => ipv4ToNumber(text as Ipv4Address);

/** Options by code, in order. */
export type OptionEntries = readonly (readonly [number, Uint8Array])[];

const NO_BYTES = (count: number): Uint8Array => new Uint8Array(count);

/** A client's packet; the MAC is 52:54:00:00:00:NN. */
export function request(
  type: number | undefined,
  client: number,
  options: OptionEntries = [],
  fields: Partial<DhcpPacket> = {},
): DhcpPacket {
  const chaddr = NO_BYTES(16);
  chaddr.set([0x52, 0x54, 0, (client >> 16) & 255, (client >> 8) & 255, client & 255]);
  return {
    op: BOOTREQUEST,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0x1234,
    secs: 0,
    flags: 0,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr,
    sname: NO_BYTES(64),
    file: NO_BYTES(128),
    options: new Map([
      ...(type === undefined ? [] : [[OptionCode.messageType, Uint8Array.of(type)] as const]),
      ...options,
    ]),
    ...fields,
  };
}

export const discover = (
  client: number,
  options: OptionEntries = [],
  fields: Partial<DhcpPacket> = {},
): DhcpPacket => request(MessageType.discover, client, options, fields);

/** REQUEST in SELECTING state. */
export const select = (
  client: number,
  address: string,
  server = '10.20.0.1',
  options: OptionEntries = [],
): DhcpPacket =>
  request(MessageType.request, client, [
    [OptionCode.requestedAddress, uint32Bytes(ip(address))],
    [OptionCode.serverIdentifier, uint32Bytes(ip(server))],
    ...options,
  ]);

export const address = (code: number, text: string): readonly [number, Uint8Array] => [
  code,
  uint32Bytes(ip(text)),
];
export const text = (code: number, value: string): readonly [number, Uint8Array] => [code, textBytes(value)];

/** The options of a PXE ROM of an architecture (RFC 4578). */
export const pxe = (architecture: number, vendorClass = 'PXEClient'): OptionEntries => [
  text(OptionCode.vendorClass, `${vendorClass}:Arch:${String(architecture).padStart(5, '0')}:UNDI:003016`),
  [OptionCode.clientSystem, Uint8Array.of(architecture >> 8, architecture & 255)],
  [OptionCode.clientNdi, Uint8Array.of(1, 3, 16)],
  [OptionCode.clientUuid, Uint8Array.of(0, ...Array.from({ length: 16 }, (_, index) => index + 1))],
];
