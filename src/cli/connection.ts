import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../domain/error/problem.ts';
import type { ApiAddress } from './client.ts';

/** The flags with which a command finds its appliance. */
export interface ConnectionOptions {
  readonly data?: string | undefined;
  readonly server?: string | undefined;
  readonly ca?: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where packages and the systemd unit keep the data of the appliance. */
const DEFAULT_DATA = '/var/lib/hearth';

export function dataDirectory(options: ConnectionOptions, environment: Environment): string {
  return options.data ?? environment['HEARTH_DATA'] ?? DEFAULT_DATA;
}

/**
 * The socket of the appliance on this machine, or the server that was named. The token comes from the environment
 * only: flags are in the process list for everyone to read.
 *
 * @throws Problem `input-invalid` for a server that is not an https URL, `sign-in-required` without a token
 */
export async function apiAddress(options: ConnectionOptions, environment: Environment): Promise<ApiAddress> {
  const data = dataDirectory(options, environment);
  if (options.server === undefined) return { kind: 'socket', path: join(data, 'hearth.sock') };
  const url = serverUrl(options.server);
  const token = environment['HEARTH_TOKEN'] ?? '';
  if (token === '') {
    throw new Problem('sign-in-required', `${url.host} needs a token.`, {
      remedy: 'Make one on the appliance with `hearth token create` and set HEARTH_TOKEN to it.',
    });
  }
  return { kind: 'server', url, token, ca: await pinnedCa(options.ca, join(data, 'keys', 'admin-ca.crt')) };
}

function serverUrl(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url?.protocol !== 'https:' || url.hostname === '') {
    throw new Problem('input-invalid', `--server ${JSON.stringify(text)} is not an https address.`, {
      remedy: 'Write it as https://HOST:8443. The token would be readable on the wire without TLS.',
    });
  }
  return url;
}

/** The CA that was named; otherwise this machine's own appliance's, if it has one; otherwise the system's. */
async function pinnedCa(named: string | undefined, own: string): Promise<string | undefined> {
  try {
    return await readFile(named ?? own, 'utf8');
  } catch (error) {
    if (named === undefined) return undefined;
    throw new Problem('input-invalid', `The CA file ${named} cannot be read.`, {
      remedy: 'Give the path of a PEM file; on the appliance it is DATA/keys/admin-ca.crt.',
      cause: error,
    });
  }
}
