/** Keys whose values never reach a log, wherever they are in an object that is logged. */
const SECRET_KEYS = [
  'password',
  'passwordHash',
  'secret',
  'token',
  'bootToken',
  'key',
  'privateKey',
  'authorization',
  'cookie',
  '["set-cookie"]',
];

/** Paths for pino's redaction: each key at the top and up to two levels down. */
export const REDACTED_PATHS: readonly string[] = SECRET_KEYS.flatMap((key) => {
  const dotted = key.startsWith('[') ? key : `.${key}`;
  return [key, `*${dotted}`, `*.*${dotted}`];
});

/** What our own tokens (43 base64url characters), kubeadm's, and PEM keys look like in running text. */
const SECRETS_IN_TEXT =
  /(?<![\w-])[\w-]{43}(?![\w-])|(?<=\bhearth_)[\w-]{43}(?![\w-])|\b[a-z0-9]{6}\.[a-z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*/g;

/**
 * Masks what looks like a secret. The last line of defence: a token that somebody put in a message, or that a library
 * put in an error, still does not reach the log.
 */
export function maskSecrets(text: string): string {
  return text.replace(SECRETS_IN_TEXT, '[masked]');
}

/** A request's path as it may be logged: without its query, which may hold anything. */
export function loggedPath(url: string): string {
  const end = url.search(/[?#]/);
  return maskSecrets(end === -1 ? url : url.slice(0, end)).slice(0, 300);
}
