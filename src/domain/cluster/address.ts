import ipaddr from 'ipaddr.js';

/**
 * Addresses as cluster files carry them: IPv4 or IPv6, lists for dual stack. Only text is kept; arithmetic on the
 * provisioning networks has its own types in `protocol/address`.
 */
export type Family = 'ipv4' | 'ipv6';

/** The family of a literal address; undefined when the text is not one (zone indices are not). */
export function familyOf(address: string): Family | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return 'ipv4';
  return ipaddr.IPv6.isValid(address) && !address.includes('%') ? 'ipv6' : undefined;
}

/** The spelling that `ip` prints (RFC 5952 for IPv6), so that shells can compare; other text stays as it is. */
export function canonicalAddress(address: string): string {
  return familyOf(address) === undefined ? address : ipaddr.parse(address).toString();
}

/** Host and port of a URL or an endpoint, with the brackets that IPv6 needs. */
export function hostPort(host: string, port: number): string {
  return familyOf(host) === 'ipv6' ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isCidr(text: string): boolean {
  const [address, bits, ...rest] = text.split('/');
  const family = familyOf(address ?? '');
  if (family === undefined || rest.length > 0 || bits === undefined || !/^\d{1,3}$/.test(bits)) return false;
  return Number(bits) <= (family === 'ipv4' ? 32 : 128);
}

/** A DNS name of RFC 1123. */
export function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*\.?$/.test(
      text,
    )
  );
}

/** The first usable address of each subnet in a comma list, which Kubernetes gives to the `kubernetes` service. */
export function firstAddresses(subnets: string): string[] {
  return subnets
    .split(',')
    .map((subnet) => subnet.trim())
    .filter(isCidr)
    .map((subnet) => {
      const [base, bits] = ipaddr.parseCIDR(subnet);
      const bytes = base.toByteArray();
      const masked = bytes.map((byte, index) => byte & hostMask(bits - index * 8));
      const last = masked.length - 1;
      masked[last] = (masked[last] ?? 0) | 1;
      return ipaddr.fromByteArray(masked).toString();
    });
}

function hostMask(fixedBits: number): number {
  if (fixedBits >= 8) return 0xff;
  return fixedBits <= 0 ? 0 : (0xff << (8 - fixedBits)) & 0xff;
}
