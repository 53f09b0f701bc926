import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';

/** How a resource carries its contents inline. */
export interface InlineResource {
  readonly source: string;
  /** Always written, also when empty: in a merge an absent value would let an older `gzip` stand over a plain source. */
  readonly compression: '' | 'gzip';
}

/** gzip has to win by what the word itself costs in the JSON, as Butane counts it. */
const GZIP_OVERHEAD = 25;

/** No file of a node's configuration comes near this; a bomb in a foreign one stops here. */
const MAX_DECODED = 32 * 1024 * 1024;

/**
 * The shortest of a percent-encoded, a base64 and a gzip+base64 data URL (RFC 2397), the choice that `ocne` makes.
 */
export function encodeInline(contents: string | Uint8Array): InlineResource {
  const bytes = typeof contents === 'string' ? Buffer.from(contents, 'utf8') : Buffer.from(contents);
  const plain = `,${percentEncode(bytes)}`;
  const base64 = `;base64,${bytes.toString('base64')}`;
  const shortest = base64.length < plain.length ? base64 : plain;
  const zipped = `;base64,${gzip(bytes).toString('base64')}`;
  return zipped.length + GZIP_OVERHEAD < shortest.length
    ? { source: `data:${zipped}`, compression: 'gzip' }
    : { source: `data:${shortest}`, compression: '' };
}

/**
 * The bytes of an inline resource.
 *
 * @returns undefined when the source is not a well-formed data URL or does not decompress
 */
export function decodeInline(resource: {
  readonly source?: string | undefined;
  readonly compression?: string | undefined;
}): Uint8Array | undefined {
  const match = /^data:([^,]*),([\s\S]*)$/.exec(resource.source ?? '');
  const [, mediaType, data] = match ?? [];
  if (mediaType === undefined || data === undefined) return undefined;
  const bytes = /;base64$/i.test(mediaType) ? fromBase64(data) : percentDecode(data);
  if (bytes === undefined || resource.compression !== 'gzip') return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DECODED });
  } catch {
    return undefined;
  }
}

// The operating system byte of the gzip header (RFC 1952) is set to "unknown", as Go does, so that a rendering is the
// same on every machine.
function gzip(bytes: Uint8Array): Buffer {
  const zipped = gzipSync(bytes, { level: 9 });
  zipped[9] = 0xff;
  return zipped;
}

function percentEncode(bytes: Uint8Array): string {
  let out = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    // The unreserved set of RFC 2396, section 2.3.
    out += /[A-Za-z0-9\-_.!~*'()]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function percentDecode(text: string): Buffer | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const latin1 = Buffer.from(text, 'utf8').toString('latin1');
  return Buffer.from(
    latin1.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function fromBase64(text: string): Buffer | undefined {
  const unescaped = percentDecode(text)?.toString('latin1');
  if (unescaped === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(unescaped)) return undefined;
  return Buffer.from(unescaped, 'base64');
}
