import type { IncomingMessage } from 'node:http';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Where a browser says that a request comes from: `Sec-Fetch-Site`, which no page can forge, or `Origin` from browsers
 * of before 2023. `unknown` is a client that sends neither, so no browser.
 */
export function originOf(req: IncomingMessage): 'same' | 'other' | 'unknown' {
  const site = req.headers['sec-fetch-site'];
  // `none` is a person typing an address.
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'same' : 'other';
  const { origin, host } = req.headers;
  if (origin === undefined) return 'unknown';
  return host !== undefined && origin === `https://${host}` ? 'same' : 'other';
}
