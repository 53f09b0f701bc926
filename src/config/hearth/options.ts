import { OptionValueError, encodeOptionValue } from '../../protocol/dhcp/option-encode.ts';
import { optionByCode, optionByName, optionNames } from '../../protocol/dhcp/option-registry.ts';
import type { OptionDefinition } from '../../protocol/dhcp/option-registry.ts';
import type { OptionEncoder } from './networks.ts';

/** Encodes an option of hearth.yaml, named as IANA and Kea name it or by its code; a text says why it cannot. */
export const encodeConfiguredOption: OptionEncoder = (name, value) => {
  const definition = definitionOf(name);
  if (definition === undefined)
    return `is no DHCP option; names look like ${suggestions(name).join(', ')}, codes like "224"`;
  try {
    return { code: definition.code, value: encodeOptionValue(definition, value) };
  } catch (thrown) {
    if (thrown instanceof OptionValueError) return thrown.message;
    throw thrown;
  }
};

function definitionOf(name: string): OptionDefinition | undefined {
  return /^\d{1,3}$/.test(name) ? optionByCode(Number(name)) : optionByName(name);
}

/** Names that share a word with what was written, so that a typo is corrected without a manual. */
function suggestions(name: string): readonly string[] {
  const words = name
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2);
  const close = optionNames().filter((known) => words.some((word) => known.includes(word)));
  return close.length > 0 ? close.slice(0, 5) : ['log-servers', 'ntp-servers', 'time-offset'];
}
