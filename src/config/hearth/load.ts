import type { ServedNetwork } from '../../domain/lease/network.ts';
import { checkLocated, parseLocated } from '../located.ts';
import { resolveNetworks } from './networks.ts';
import type { InterfaceTable, OptionEncoder } from './networks.ts';
import { hearthSchema } from './schema.ts';

/** Where a listener waits. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** hearth.yaml with every default filled in. */
export interface HearthConfig {
  /** Absent when neither the file nor a flag names it; the command decides then. */
  readonly data: string | undefined;
  readonly admin: { readonly listen: ListenAddress };
  readonly provisioning: { readonly port: number };
  readonly networks: readonly ServedNetwork[];
}

/**
 * Reads the text of hearth.yaml.
 *
 * @param file its name, for error texts
 * @throws Problem `config-invalid` with every mistake as `file:line: key: what is allowed`
 */
export function loadHearthConfig(
  file: string,
  text: string,
  interfaces: InterfaceTable,
  encode: OptionEncoder,
): HearthConfig {
  const yaml = parseLocated(file, text);
  const { data, admin, provisioning, networks } = checkLocated(yaml, hearthSchema);
  return {
    data,
    admin,
    provisioning,
    networks:
      networks.length === 0
        ? []
        : resolveNetworks(yaml, { data, admin, provisioning, networks }, interfaces, encode),
  };
}
