import { textBytes } from './option-value.ts';

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const POINTER = 0xc0;
const MAX_POINTER = 0x3fff;
const MAX_NAME = 253;

/** Whether the text is a domain name of RFC 1035 labels; underscores occur in service names. */
export function isDomainName(name: string): boolean {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  return bare.length > 0 && bare.length <= MAX_NAME && bare.split('.').every((label) => LABEL.test(label));
}

/**
 * Encodes a list of domain names with the compression of RFC 1035 §4.1.4, as RFC 3397 allows for option 119. The
 * offsets count from the start of the option's data, before RFC 3396 splits it.
 */
export function encodeNames(names: readonly string[]): Uint8Array {
  const bytes: number[] = [];
  const seen = new Map<string, number>();
  for (const name of names) {
    let rest = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
    while (rest !== '') {
      const known = seen.get(rest);
      if (known !== undefined) break;
      if (bytes.length <= MAX_POINTER) seen.set(rest, bytes.length);
      const [label = ''] = rest.split('.', 1);
      bytes.push(label.length, ...textBytes(label));
      rest = rest.slice(label.length + 1);
    }
    const pointer = rest === '' ? undefined : seen.get(rest);
    if (pointer === undefined) bytes.push(0);
    else bytes.push(POINTER | (pointer >> 8), pointer & 255);
  }
  return Uint8Array.from(bytes);
}

/**
 * Decodes such a list. A pointer may only point backwards and a name has at most 127 labels, which bounds the work.
 *
 * @returns undefined when the bytes are not a list of names
 */
export function decodeNames(bytes: Uint8Array): readonly string[] | undefined {
  const names: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const labels: string[] = [];
    let next: number | undefined;
    let cursor = at;
    for (;;) {
      const length = bytes[cursor];
      if (length === undefined) return undefined;
      if ((length & POINTER) === POINTER) {
        const target = ((length & 0x3f) << 8) | (bytes[cursor + 1] ?? 0);
        if (cursor + 1 >= bytes.length || target >= cursor) return undefined;
        next ??= cursor + 2;
        cursor = target;
        continue;
      }
      if (length === 0) {
        next ??= cursor + 1;
        break;
      }
      const after = cursor + 1 + length;
      if (length > 63 || after > bytes.length || labels.length > 127) return undefined;
      labels.push(String.fromCharCode(...bytes.subarray(cursor + 1, after)));
      cursor = after;
    }
    names.push(labels.join('.'));
    at = next;
  }
  return names;
}
