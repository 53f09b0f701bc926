import type { DhcpPacket } from './packet.ts';
import { OptionCode } from './option-code.ts';

/** The big-endian 32-bit number at an offset. The caller has checked the length. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function uint32Bytes(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

export function uint16Bytes(value: number): Uint8Array {
  return Uint8Array.of((value >>> 8) & 255, value & 255);
}

/** Addresses one after the other, as options 3, 6 and 42 carry them. */
export function addressListBytes(addresses: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(addresses.length * 4);
  addresses.forEach((address, index) => bytes.set(uint32Bytes(address), index * 4));
  return bytes;
}

/** Text without terminator: RFC 2132 §2 says NVT ASCII without a trailing NUL. UTF-8 is its superset. */
export function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const decoder = new TextDecoder('latin1');

/**
 * Text as a peer wrote it: trailing NULs go (RFC 2132 §2 asks receivers to strip them; many clients send one), bytes
 * that are not printable ASCII become dots, as the text ends in logs and pages.
 */
export function readText(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return decoder.decode(bytes.subarray(0, end)).replaceAll(/[^\x20-\x7e]/g, '.');
}

/** Option 53, or undefined for BOOTP and for a value of the wrong length. */
export function messageType(packet: DhcpPacket): number | undefined {
  const value = packet.options.get(OptionCode.messageType);
  return value?.length === 1 ? value[0] : undefined;
}

/** An option that is one address; anything but exactly four bytes counts as absent. */
export function addressOption(packet: DhcpPacket, code: number): number | undefined {
  const value = packet.options.get(code);
  return value?.length === 4 ? readUint32(value, 0) : undefined;
}

/** An option that is one 32-bit number; anything but exactly four bytes counts as absent. */
export const uint32Option = addressOption;

export function uint16Option(packet: DhcpPacket, code: number): number | undefined {
  const value = packet.options.get(code);
  return value?.length === 2 ? readUint16(value, 0) : undefined;
}

export function textOption(packet: DhcpPacket, code: number): string | undefined {
  const value = packet.options.get(code);
  return value === undefined ? undefined : readText(value);
}
