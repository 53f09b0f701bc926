import { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';
import type { ApiAddress } from './client.ts';
import { ApiError } from './failure.ts';

const errorAnswer = z.object({
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string().default('') }),
});

/** What an answer of 400 and above says; something in front of the appliance may have made it. */
export function problemOf(status: number, text: string): Error {
  return (
    apiErrorIn(text) ??
    new Problem('internal', `The appliance answered with status ${status}.`, {
      remedy: 'Check that the address is that of the admin listener and that no proxy stands in between.',
    })
  );
}

/** The error of `{error:{code,message,remedy}}`. */
export function apiErrorIn(answer: unknown): ApiError | undefined {
  const parsed = errorAnswer.safeParse(typeof answer === 'string' ? parse(answer) : answer);
  if (!parsed.success) return undefined;
  const { code, message, remedy } = parsed.data.error;
  return new ApiError(code, message, remedy);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Why no connection came about, in words for the person who typed the command. */
export function unreachable(address: ApiAddress, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = error instanceof Error ? error.message : String(error);
  if (address.kind === 'socket') {
    if (code === 'EACCES') {
      return new Problem('permission-denied', `You may not open ${address.path}.`, {
        remedy: 'Run the command as the user the appliance runs as, or as root.',
        cause: error,
      });
    }
    if (code === 'ENOENT' || code === 'ECONNREFUSED') {
      return new Problem('not-running', `No appliance answers on ${address.path}.`, {
        remedy:
          'Start it with `hearth serve`, name its data directory with --data or HEARTH_DATA, or name another machine with --server.',
        cause: error,
      });
    }
    return new Problem('not-running', `The connection to ${address.path} broke: ${reason}.`, {
      cause: error,
    });
  }
  const { host } = address.url;
  if (code.startsWith('CERT_') || code.includes('CERT') || code.includes('SIGNATURE')) {
    return new Problem('not-running', `The certificate of ${host} is not trusted: ${reason}.`, {
      remedy: 'Give the CA of the appliance with --ca: it is DATA/keys/admin-ca.crt on the appliance itself.',
      cause: error,
    });
  }
  return new Problem('not-running', `${host} cannot be reached: ${reason}.`, {
    remedy:
      'Check the address after --server and that `admin.listen` in hearth.yaml is open to this machine.',
    cause: error,
  });
}
