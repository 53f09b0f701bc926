import { OptionCode } from './option-code.ts';
import { readText, readUint16, textOption } from './option-value.ts';
import { subOptions } from './relay-agent.ts';
import { HEX } from './hex.ts';
import type { DhcpPacket } from './packet.ts';

/** Which network boot protocol a client speaks: the prefix of its vendor class (option 60). */
export type PxeClass = 'PXEClient' | 'HTTPClient';

/** What a boot client says about itself. */
export interface PxeClient {
  /** Absent when only the user class or option 175 shows that it is iPXE. */
  readonly class?: PxeClass | undefined;
  /** Option 93 types, most wanted first; from the vendor class text when option 93 is missing. */
  readonly architectures: readonly number[];
  /** Lower-case RFC 4122 text. Missing when the client sent none, an empty or an all-zero one. */
  readonly uuid?: string | undefined;
  readonly ipxe: boolean;
  /** iPXE without an HTTP client cannot fetch a script from us; firmware that embeds such builds exists. */
  readonly ipxeWithoutHttp: boolean;
}

/** Reads the PXE options of a packet (PXE 2.1, RFC 4578), or undefined when it is not from a boot client. */
export function readPxeClient(packet: DhcpPacket): PxeClient | undefined {
  const vendorClass = textOption(packet, OptionCode.vendorClass);
  const pxeClass = pxeClassOf(vendorClass);
  const ipxe = isIpxe(packet);
  if (pxeClass === undefined && !ipxe) return undefined;
  return {
    class: pxeClass,
    architectures: architecturesOf(packet, vendorClass),
    uuid: readUuid(packet.options.get(OptionCode.clientUuid)),
    ipxe,
    ipxeWithoutHttp: ipxe && lacksHttp(packet.options.get(OptionCode.etherboot)),
  };
}

function pxeClassOf(vendorClass: string | undefined): PxeClass | undefined {
  if (vendorClass?.startsWith('PXEClient') === true) return 'PXEClient';
  if (vendorClass?.startsWith('HTTPClient') === true) return 'HTTPClient';
  return undefined;
}

/** Option 93 is a list of 16-bit types. `PXEClient:Arch:00007:UNDI:003016` says the first one again (PXE 2.1 §2.2.4). */
function architecturesOf(packet: DhcpPacket, vendorClass: string | undefined): readonly number[] {
  const option = packet.options.get(OptionCode.clientSystem);
  if (option !== undefined && option.length >= 2) {
    const types: number[] = [];
    for (let at = 0; at + 1 < option.length; at += 2) types.push(readUint16(option, at));
    return types;
  }
  const named = /:Arch:(\d{5})/.exec(vendorClass ?? '')?.[1];
  return named === undefined ? [] : [Number(named)];
}

/** Where the bytes of the text form are on the wire. */
const SMBIOS_ORDER: readonly number[] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/**
 * The UUID in option 97: a type byte 0 and 16 bytes (RFC 4578 §2.3). Some ROMs send 16 bytes without the type, an all
 * zero one or none at all, and boot all the same.
 *
 * RFC 4578 leaves the byte order open. EDK2 and iPXE both copy the SMBIOS structure, whose first three fields are
 * little-endian (seen with OVMF and with iPXE under SeaBIOS); read so, it is what dmidecode and `${uuid}` print.
 */
export function readUuid(option: Uint8Array | undefined): string | undefined {
  if (option === undefined) return undefined;
  const raw = option.length === 17 && option[0] === 0 ? option.subarray(1) : option;
  if (raw.length !== 16 || raw.every((byte) => byte === 0) || raw.every((byte) => byte === 255))
    return undefined;
  const hex = SMBIOS_ORDER.map((index) => HEX[raw[index] ?? 0]).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * The names in option 77. RFC 3004 puts a length byte before each; iPXE, and GRUB builds that copy it, send the bare
 * text. A first byte that is exactly the length of what follows, chained to the end, means RFC 3004.
 */
export function readUserClasses(option: Uint8Array): readonly string[] {
  const classes: string[] = [];
  let at = 0;
  while (at < option.length) {
    const length = option[at] ?? 0;
    const after = at + 1 + length;
    if (length === 0 || after > option.length) return [readText(option)];
    classes.push(readText(option.subarray(at + 1, after)));
    at = after;
  }
  return classes;
}

function isIpxe(packet: DhcpPacket): boolean {
  const userClass = packet.options.get(OptionCode.userClass);
  if (userClass !== undefined && readUserClasses(userClass).includes('iPXE')) return true;
  // gPXE and old iPXE are known by their own encapsulated option only.
  return packet.options.has(OptionCode.etherboot);
}

/** Feature 19 of iPXE's option 175 (src/include/ipxe/features.h, DHCP_EB_FEATURE_HTTP). No option: nothing is known against it. */
function lacksHttp(etherboot: Uint8Array | undefined): boolean {
  if (etherboot === undefined) return false;
  for (const [code, value] of subOptions(etherboot)) {
    if (code === 19 && value[0] !== 0) return false;
  }
  return true;
}

/** PXE_DISCOVERY_CONTROL 8: no boot server discovery, take the boot file of this offer (PXE 2.1 table 2-1, tag 6). */
export const PXE_BYPASS_DISCOVERY = Uint8Array.of(6, 1, 8, 255);
