import type { IncomingHttpHeaders } from 'node:http';
import type { ServedFile } from './served-file.ts';

type Validators = Pick<ServedFile, 'etag' | 'lastModified'>;

/** Whether the client has this very version already (RFC 9110 §13.1.2, §13.1.3): answer 304. */
export function isNotModified(headers: IncomingHttpHeaders, file: Validators): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    if (tags.trim() === '*') return true;
    return tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === file.etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && inSeconds(file.lastModified) <= inSeconds(since);
}

/** Whether a Range still refers to this version (RFC 9110 §13.1.5): the comparison is strong, and exact for dates. */
export function rangeApplies(headers: IncomingHttpHeaders, file: Validators): boolean {
  const condition = headers['if-range'];
  if (typeof condition !== 'string') return true;
  if (condition.includes('"')) return condition.trim() === file.etag;
  return inSeconds(Date.parse(condition)) === inSeconds(file.lastModified);
}

function inSeconds(instant: number): number {
  return Math.floor(instant / 1000);
}
