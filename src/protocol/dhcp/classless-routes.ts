import { ipv4FromNumber, ipv4ToNumber, parseIpv4 } from '../address/ipv4.ts';
import { parseSubnet } from '../address/subnet.ts';
import { readUint32, uint32Bytes } from './option-value.ts';

const ROUTE = /^(\S+?)(?:\s+via\s+|\s*-\s*|\s*,\s*)(\S+)$/;

/**
 * Encodes classless static routes (RFC 3442): a prefix length, the significant octets of the destination, the router.
 *
 * @param routes each as `10.30.0.0/16 via 10.20.0.254`; Kea's `10.30.0.0/16 - 10.20.0.254` is read as well
 * @returns the bytes, or the first text that is not a route
 */
export function encodeRoutes(routes: readonly string[]): Uint8Array | string {
  const bytes: number[] = [];
  for (const route of routes) {
    const [, destination, via] = ROUTE.exec(route.trim()) ?? [];
    const subnet = parseSubnet(destination ?? '');
    const router = parseIpv4(via ?? '');
    if (subnet === undefined || router === undefined) return route;
    const significant = Math.ceil(subnet.prefix / 8);
    bytes.push(subnet.prefix, ...uint32Bytes(ipv4ToNumber(subnet.base)).subarray(0, significant));
    bytes.push(...uint32Bytes(ipv4ToNumber(router)));
  }
  return bytes.length === 0 ? '' : Uint8Array.from(bytes);
}

/** The routes in an option 121 as text, for explanations; undefined when the bytes are not whole routes. */
export function readRoutes(bytes: Uint8Array): readonly string[] | undefined {
  const routes: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const prefix = bytes[at] ?? 33;
    const significant = Math.ceil(prefix / 8);
    const after = at + 1 + significant + 4;
    if (prefix > 32 || after > bytes.length) return undefined;
    const destination = new Uint8Array(4);
    destination.set(bytes.subarray(at + 1, at + 1 + significant));
    const router = ipv4FromNumber(readUint32(bytes, after - 4));
    routes.push(`${ipv4FromNumber(readUint32(destination, 0))}/${prefix} via ${router}`);
    at = after;
  }
  return routes;
}
