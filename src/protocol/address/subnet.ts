import { ipv4FromNumber, ipv4ToNumber, parseIpv4 } from './ipv4.ts';
import type { Ipv4Address } from './ipv4.ts';

/** An IPv4 network: the base address and how many leading bits are fixed. */
export interface Subnet {
  readonly base: Ipv4Address;
  readonly prefix: number;
}

/** Reads `10.20.0.0/24`. Host bits that are set are an error, as a typo of the operator's would hide there. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address, bits, ...rest] = text.split('/');
  if (address === undefined || bits === undefined || rest.length > 0 || !/^\d{1,2}$/.test(bits))
    return undefined;
  const base = parseIpv4(address);
  const prefix = Number(bits);
  if (base === undefined || prefix > 32) return undefined;
  return networkOf(base, prefix) === base ? { base, prefix } : undefined;
}

export function formatSubnet(subnet: Subnet): string {
  return `${subnet.base}/${subnet.prefix}`;
}

/** The netmask of a prefix length as an address: 24 gives 255.255.255.0. */
export function netmask(prefix: number): Ipv4Address {
  return ipv4FromNumber(maskNumber(prefix));
}

/** The first address of the network an address lies in. */
export function networkOf(address: Ipv4Address, prefix: number): Ipv4Address {
  return ipv4FromNumber((ipv4ToNumber(address) & maskNumber(prefix)) >>> 0);
}

/** The directed broadcast address. */
export function broadcastOf(subnet: Subnet): Ipv4Address {
  return ipv4FromNumber((ipv4ToNumber(subnet.base) | ~maskNumber(subnet.prefix)) >>> 0);
}

export function subnetContains(subnet: Subnet, address: Ipv4Address): boolean {
  return networkOf(address, subnet.prefix) === subnet.base;
}

// A shift by 32 is a shift by 0 in JavaScript, so /0 needs its own answer.
function maskNumber(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}
