declare const ipv4Brand: unique symbol;

/** An IPv4 address in dotted decimal without leading zeros. */
export type Ipv4Address = string & { readonly [ipv4Brand]: true };

export const UNSPECIFIED = '0.0.0.0' as Ipv4Address;
export const LIMITED_BROADCAST = '255.255.255.255' as Ipv4Address;

const OCTET = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const DOTTED = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);

/**
 * Reads strict dotted decimal only: `010.0.0.1` and `1.2.3` mean different addresses to different programs, so they
 * are refused.
 */
export function parseIpv4(text: string): Ipv4Address | undefined {
  return DOTTED.test(text) ? (text as Ipv4Address) : undefined;
}

/** The address as an unsigned 32-bit number in network order. */
export function ipv4ToNumber(address: Ipv4Address): number {
  let value = 0;
  for (const octet of address.split('.')) value = value * 256 + Number(octet);
  return value;
}

/** The address of an unsigned 32-bit number; higher bits are ignored. */
export function ipv4FromNumber(value: number): Ipv4Address {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` as Ipv4Address;
}
