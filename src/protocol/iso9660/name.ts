import { IsoError } from './error.ts';

const MOST_BYTES = 255;

/**
 * Lets a name through that can be one component of a path, as POSIX sees it, and nothing else. Names inside an image
 * are written by whoever made the image (Ironic CVE-2026-48681 was a path inside an ISO).
 *
 * @throws IsoError `hostile`
 */
export function checkedName(name: string): string {
  if (name === '' || name === '.' || name === '..')
    throw new IsoError('hostile', `The image contains an entry named ${JSON.stringify(name)}`);
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must not pass
  if (/[/\\\u0000-\u001f\u007f-\u009f\ufffd]/.test(name))
    throw new IsoError('hostile', `The image contains the name ${JSON.stringify(name)}`);
  if (Buffer.byteLength(name) > MOST_BYTES)
    throw new IsoError('hostile', `The image contains a name of more than ${MOST_BYTES} bytes`);
  return name;
}

/**
 * A plain ISO 9660 identifier as Linux presents it: version and trailing dot removed, lower case (isofs `map=normal`).
 */
export function plainName(identifier: Buffer): string {
  return identifier
    .toString('latin1')
    .replace(/;[0-9]+$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** A Joliet identifier: UCS-2, big-endian. */
export function jolietName(identifier: Buffer): string {
  if (identifier.length % 2 !== 0) throw new IsoError('corrupt', 'A Joliet name has an odd length');
  return Buffer.from(identifier)
    .swap16()
    .toString('utf16le')
    .replace(/;[0-9]+$/, '');
}
