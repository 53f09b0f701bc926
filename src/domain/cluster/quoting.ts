import { Problem } from '../error/problem.ts';

/**
 * Quoting for the languages that values land in. A line break ends a directive in all of them and has no business in
 * any value of a cluster file, so it is refused and never escaped.
 */

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** One argument of a POSIX shell. */
export function shellWord(value: string): string {
  refuseControl(value);
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/**
 * One assignment of a systemd `Environment=` line (systemd.exec(5)): `%` starts a specifier, a blank separates
 * assignments, quotes and backslashes are taken as such. A value without them stays as it is, which is all `ocne` writes.
 */
export function systemdAssignment(name: string, value: string): string {
  refuseControl(value);
  const escaped = value.replaceAll('%', '%%');
  if (!/[\s"'\\$]/.test(escaped)) return `${name}=${escaped}`;
  return `"${name}=${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** One word of keepalived.conf or nginx.conf: neither has an escape that covers everything, so the set is closed. */
export function plainWord(value: string, what: string): string {
  if (!/^[\w.:@/%-]+$/.test(value))
    throw new Problem(
      'cluster-invalid',
      `${what} ${JSON.stringify(value)} cannot be written into a configuration file.`,
    );
  return value;
}

/** A double-quoted value of a curl config file (curl(1), -K). */
export function curlQuoted(value: string): string {
  refuseControl(value);
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A TOML basic string, for containers' registries.conf. */
export function tomlString(value: string): string {
  refuseControl(value);
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function refuseControl(value: string): void {
  if (CONTROL.test(value))
    throw new Problem(
      'cluster-invalid',
      `A value holds a line break or control character: ${JSON.stringify(value.slice(0, 40))}.`,
    );
}
