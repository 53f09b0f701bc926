import { networkInterfaces } from 'node:os';
import type { InterfaceTable } from '../../config/hearth/networks.ts';

/** This machine's interfaces and their IPv4 addresses, as they are now. */
export function interfaceTable(): InterfaceTable {
  return new Map(
    Object.entries(networkInterfaces()).map(([name, addresses = []]) => [
      name,
      addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address),
    ]),
  );
}
