import { ipv4ToNumber, parseIpv4 } from '../address/ipv4.ts';
import { encodeNames, isDomainName } from './domain-names.ts';
import type { OptionDefinition } from './option-registry.ts';
import { addressListBytes, textBytes, uint16Bytes, uint32Bytes } from './option-value.ts';
import { encodeRoutes } from './classless-routes.ts';

/** What a configuration may hold for an option. */
export type OptionInput = string | number | boolean | readonly (string | number)[];

/** A value that does not fit its option; the message says what would. */
export class OptionValueError extends Error {
  override readonly name = 'OptionValueError';
}

const HEX = /^hex:((?:[0-9a-f]{2}[: ]?)*)$/i;
/** The largest that is sure to be sent beside what a client needs to work; RFC 3396 splits it on the wire. */
const MAX_BYTES = 1024;

/**
 * The bytes of an option from a configured value: text, number, boolean, a list, or `hex:0a0b` for any option.
 *
 * @throws OptionValueError saying what the option takes
 */
export function encodeOptionValue(definition: OptionDefinition, value: OptionInput): Uint8Array {
  if (definition.managed !== undefined) {
    throw new OptionValueError(`${label(definition)} cannot be set: ${definition.managed}`);
  }
  const bytes =
    typeof value === 'string' && value.startsWith('hex:') ? hex(definition, value) : typed(definition, value);
  if (bytes.length > MAX_BYTES)
    throw new OptionValueError(`${label(definition)} takes at most ${MAX_BYTES} bytes`);
  return bytes;
}

function hex(definition: OptionDefinition, value: string): Uint8Array {
  const digits = HEX.exec(value)?.[1];
  if (digits === undefined) {
    throw new OptionValueError(
      `${label(definition)}: "${value}" is not "hex:" followed by pairs of hex digits`,
    );
  }
  return new Uint8Array(Buffer.from(digits.replaceAll(/[: ]/g, ''), 'hex'));
}

function typed(definition: OptionDefinition, value: OptionInput): Uint8Array {
  switch (definition.type) {
    case 'address':
      return uint32Bytes(address(definition, single(definition, value)));
    case 'addresses':
      return addresses(definition, value);
    case 'address-pairs':
      return addressPairs(definition, value);
    case 'uint8':
      return Uint8Array.of(integer(definition, single(definition, value), 0, 255));
    case 'uint16':
      return uint16Bytes(integer(definition, single(definition, value), 0, 0xffff));
    case 'uint32':
      return uint32Bytes(integer(definition, single(definition, value), 0, 0xffffffff));
    case 'int32':
      return uint32Bytes(integer(definition, single(definition, value), -0x80000000, 0x7fffffff) >>> 0);
    case 'uint8s':
      return Uint8Array.from(list(value), (item) => integer(definition, item, 0, 255));
    case 'uint16s':
      return Uint8Array.from(
        list(value).flatMap((item) => [...uint16Bytes(integer(definition, item, 0, 0xffff))]),
      );
    case 'bool':
      return Uint8Array.of(bool(definition, single(definition, value)) ? 1 : 0);
    case 'text':
      return text(definition, single(definition, value));
    case 'fqdn':
      return encodeNames(names(definition, [single(definition, value)]));
    case 'fqdns':
      return encodeNames(names(definition, list(value)));
    case 'routes':
      return routes(definition, value);
    case 'binary':
      throw new OptionValueError(`${label(definition)} takes bytes, written as "hex:0a0b"`);
  }
}

type Scalar = string | number | boolean;

function list(value: OptionInput): readonly Scalar[] {
  return typeof value === 'object' ? value : [value];
}

function single(definition: OptionDefinition, value: OptionInput): Scalar {
  const items = list(value);
  const [first] = items;
  if (first === undefined || items.length > 1)
    throw new OptionValueError(`${label(definition)} takes exactly one value`);
  return first;
}

function address(definition: OptionDefinition, value: Scalar): number {
  const parsed = typeof value === 'string' ? parseIpv4(value) : undefined;
  if (parsed === undefined) {
    throw new OptionValueError(
      `${label(definition)}: ${JSON.stringify(value)} is not an IPv4 address such as 10.20.0.1`,
    );
  }
  return ipv4ToNumber(parsed);
}

function addresses(definition: OptionDefinition, value: OptionInput): Uint8Array {
  const items = list(value);
  // RFC 2132: the length of every address list is at least 4.
  if (items.length === 0) throw new OptionValueError(`${label(definition)} takes at least one address`);
  return addressListBytes(items.map((item) => address(definition, item)));
}

function addressPairs(definition: OptionDefinition, value: OptionInput): Uint8Array {
  const items = list(value);
  if (items.length === 0 || items.length % 2 !== 0) {
    throw new OptionValueError(
      `${label(definition)} takes pairs of addresses, as a flat list of even length`,
    );
  }
  return addresses(definition, value);
}

function integer(definition: OptionDefinition, value: Scalar, from: number, to: number): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < from || number > to) {
    throw new OptionValueError(
      `${label(definition)}: ${JSON.stringify(value)} is not a whole number from ${from} to ${to}`,
    );
  }
  return number;
}

function bool(definition: OptionDefinition, value: Scalar): boolean {
  if (value === true || value === 'true' || value === 1) return true;
  if (value === false || value === 'false' || value === 0) return false;
  throw new OptionValueError(`${label(definition)}: ${JSON.stringify(value)} is neither true nor false`);
}

function text(definition: OptionDefinition, value: Scalar): Uint8Array {
  const bytes = textBytes(String(value));
  if (bytes.length === 0) throw new OptionValueError(`${label(definition)} takes at least one character`);
  if (bytes.includes(0)) throw new OptionValueError(`${label(definition)} takes text without NUL characters`);
  return bytes;
}

function names(definition: OptionDefinition, values: readonly Scalar[]): readonly string[] {
  const result = values.map(String);
  const wrong = result.find((name) => !isDomainName(name));
  if (result.length === 0 || wrong !== undefined) {
    throw new OptionValueError(`${label(definition)}: ${JSON.stringify(wrong ?? '')} is not a domain name`);
  }
  return result;
}

function routes(definition: OptionDefinition, value: OptionInput): Uint8Array {
  const encoded = encodeRoutes(list(value).map(String));
  if (typeof encoded === 'string') {
    throw new OptionValueError(
      `${label(definition)}: ${JSON.stringify(encoded)} is not a route such as "10.30.0.0/16 via 10.20.0.254"`,
    );
  }
  return encoded;
}

function label(definition: OptionDefinition): string {
  return definition.name === String(definition.code)
    ? `option ${definition.code}`
    : `option ${definition.name} (${definition.code})`;
}
