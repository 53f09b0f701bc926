import { Buffer } from 'node:buffer';

const LF = 10;
const CR = 13;
const NUL = 0;

/** How many bytes the text takes in netascii. */
export function netasciiLength(bytes: Uint8Array): number {
  let length = bytes.length;
  for (const byte of bytes) if (byte === LF || byte === CR) length += 1;
  return length;
}

/**
 * Translates local text to netascii (RFC 1350 §1, RFC 764): a line feed becomes CR LF, a carriage return CR NUL. Each
 * byte is translated by itself, so pieces of a file may be translated apart and joined.
 */
export function toNetascii(bytes: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(netasciiLength(bytes));
  let at = 0;
  for (const byte of bytes) {
    if (byte === LF || byte === CR) {
      out[at++] = CR;
      out[at++] = byte === LF ? LF : NUL;
    } else {
      out[at++] = byte;
    }
  }
  return out;
}
