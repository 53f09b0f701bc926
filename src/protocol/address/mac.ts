declare const macBrand: unique symbol;

/** An Ethernet address in canonical form: six lower-case hex pairs joined by colons. */
export type MacAddress = string & { readonly [macBrand]: true };

const CANONICAL = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/**
 * Reads the spellings in use: `52:54:00:AB:CD:EF`, `52-54-00-ab-cd-ef` (BOOTIF without its type byte, Windows),
 * `5254.00ab.cdef` (switches) and `525400abcdef` (iPXE's `${mac:hexraw}`).
 *
 * @returns the canonical address, or undefined when the text is not one
 */
export function parseMac(text: string): MacAddress | undefined {
  const digits = text.trim().toLowerCase();
  const separated = /^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/.test(digits);
  if (!separated && !/^[0-9a-f]{12}$/.test(digits) && !/^[0-9a-f]{4}(\.[0-9a-f]{4}){2}$/.test(digits))
    return undefined;
  const pairs = digits.replaceAll(/[^0-9a-f]/g, '').match(/../g) ?? [];
  return pairs.join(':') as MacAddress;
}

/** Formats the first six bytes of a hardware address. */
export function macFromBytes(bytes: Uint8Array): MacAddress | undefined {
  if (bytes.length < 6) return undefined;
  return Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join(
    ':',
  ) as MacAddress;
}

/** The six bytes of an address. */
export function macToBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

export function isMac(text: string): text is MacAddress {
  return CANONICAL.test(text);
}
