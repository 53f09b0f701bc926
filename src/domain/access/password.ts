import { argon2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane; 29 ms in the thread pool. */
const ARGON2 = { memory: 19_456, passes: 2, parallelism: 1 };
/** Node before 24.7 has no argon2. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };
const HASH_BYTES = 32;

/** Longer input would only make hashing expensive for the appliance. */
export const MAX_PASSWORD_LENGTH = 256;
export const MIN_PASSWORD_LENGTH = 12;

/** Hashes a password with a new salt; the result names its own method and parameters. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  if (typeof argon2 === 'function') {
    const hash = await argon2id(password, salt, ARGON2);
    const { memory, passes, parallelism } = ARGON2;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(hash)}`;
  }
  const hash = await scryptHash(password, salt, SCRYPT);
  return `$scrypt$ln=${Math.log2(SCRYPT.N)},r=${SCRYPT.r},p=${SCRYPT.p}$${encode(salt)}$${encode(hash)}`;
}

/** Whether a password is the one that was hashed; false for a hash that cannot be read. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD_LENGTH) return false;
  const argon = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(stored);
  if (argon !== null) {
    const [, memory, passes, parallelism, salt = '', hash = ''] = argon;
    const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
    return same(await argon2id(password, decode(salt), parameters), decode(hash));
  }
  const other = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(stored);
  if (other === null) return false;
  const [, ln, r, p, salt = '', hash = ''] = other;
  const parameters = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: SCRYPT.maxmem };
  return same(await scryptHash(password, decode(salt), parameters), decode(hash));
}

function argon2id(password: string, nonce: Uint8Array, parameters: typeof ARGON2): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message: password, nonce, tagLength: HASH_BYTES, ...parameters }, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}

function scryptHash(password: string, salt: Uint8Array, parameters: typeof SCRYPT): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, parameters, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}

function same(first: Buffer, second: Buffer): boolean {
  return first.length === second.length && timingSafeEqual(first, second);
}

// The PHC string format uses base64 without padding.
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

function decode(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
