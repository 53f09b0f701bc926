import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits in base64url, 43 characters: cookies, API tokens and boot tokens are made of this. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The form in which a secret is kept. A plain hash is enough for 256 random bits: there is no dictionary to try.
 * Looking a hash up tells an attacker's clock nothing, as he cannot choose the bits of a hash.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Compares two hashes in a time that does not depend on where they differ. */
export function sameHash(first: string, second: string): boolean {
  const [a, b] = [Buffer.from(first, 'latin1'), Buffer.from(second, 'latin1')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Letters and digits that nobody confuses when reading them off a terminal. */
const READABLE = '23456789abcdefghjkmnpqrstuvwxyz';

/** A password for one use: 100 bits in four groups that can be typed. */
export function oneTimePassword(): string {
  let text = '';
  while (text.length < 20) {
    // Bytes from 248 up would favour the first characters.
    for (const byte of randomBytes(32)) {
      if (byte < 248 && text.length < 20) text += READABLE.charAt(byte % READABLE.length);
    }
  }
  return text.replaceAll(/(.{5})(?=.)/g, '$1-');
}
