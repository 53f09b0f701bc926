import { parseButane } from './butane.ts';
import { ignitionVersionOf, parseConfig } from './parse.ts';
import type { ParsedConfig } from './parse.ts';

/** Reads what a user hands in: Ignition JSON when it carries an Ignition version, otherwise Butane, as `ocne` decides. */
export function parseForeign(text: string): ParsedConfig {
  return ignitionVersionOf(text) === undefined ? parseButane(text) : parseConfig(text);
}
