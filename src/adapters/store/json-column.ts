import type { z } from 'zod';
import { Problem } from '../../domain/error/problem.ts';

/**
 * Reads a JSON column. What lies on disk is checked like anything else from outside: an older version wrote it, or a
 * person with a database browser.
 *
 * @param what names the record for the error, such as `host rack1-7`
 * @throws Problem `storage-damaged` naming the record and the field
 */
export function readJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Problem('storage-damaged', `The record of ${what} is not JSON.`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new Problem('storage-damaged', `The record of ${what} cannot be read${place}.`);
}

/**
 * Writes a JSON column, if it can be read again: NaN becomes null in JSON, and a record that only shows at the next start
 * that it cannot be read would keep the appliance from starting.
 *
 * @throws Problem `internal` naming the record
 */
export function writeJson<T>(schema: z.ZodType<T>, value: T, what: string): string {
  const text = JSON.stringify(value);
  const { error } = schema.safeParse(JSON.parse(text));
  if (error === undefined) return text;
  throw new Problem('internal', `The record of ${what} cannot be kept.`, { cause: error });
}
