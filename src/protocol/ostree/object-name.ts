/** Kinds of objects in a repository, by the ending of their file. Content objects of archive repositories are `filez`. */
export type ObjectKind = 'commit' | 'dirtree' | 'dirmeta' | 'filez';

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type Checksum = string;

export interface ObjectName {
  readonly checksum: Checksum;
  readonly kind: ObjectKind;
}

export function isChecksum(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Where an object lies in its repository: `objects/ab/cdef….dirtree`. */
export function objectPath({ checksum, kind }: ObjectName): string {
  return `objects/${checksum.slice(0, 2)}/${checksum.slice(2)}.${kind}`;
}

/**
 * Whether a name can be a branch: what libostree's `ostree_validate_rev` accepts, without a remote, and bounded. Every
 * component starts with a letter, digit, underscore or dash, so `..` and hidden names cannot occur.
 */
export function isRef(text: string): boolean {
  return text.length <= 200 && /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/.test(text);
}

/**
 * The commit a static delta leads to, from its path below `deltas/`: base64 with `_` for `/`, the first two characters
 * as a directory, `FROM-TO` or only `TO`.
 */
export function deltaTarget(path: string): Checksum | undefined {
  const match = /^([\w+]{2})\/([\w+]{41})(?:-([\w+]{43}))?(?:\/|\.index$)/.exec(path);
  if (match === null) return undefined;
  const encoded = match[3] ?? `${match[1] ?? ''}${match[2] ?? ''}`;
  const checksum = Buffer.from(encoded.replaceAll('_', '/'), 'base64').toString('hex');
  return isChecksum(checksum) ? checksum : undefined;
}

const SERVED = [
  /^config$/,
  /^summary(\.sig)?$/,
  /^objects\/[0-9a-f]{2}\/[0-9a-f]{62}\.(commit|commitmeta|dirtree|dirmeta|filez)$/,
  /^deltas\/[\w+]{2}\/[\w+]{41}(-[\w+]{43})?\/(superblock|[0-9]{1,6})$/,
  /^delta-indexes\/[\w+]{2}\/[\w+]{41}\.index$/,
];

/** Whether a path names a file that a pull may ask for. Anything else does not exist, whatever is on the disk. */
export function isServedPath(path: string): boolean {
  return SERVED.some((pattern) => pattern.test(path)) || (path.startsWith('refs/heads/') && isRef(path));
}
