import { readFile } from 'node:fs/promises';
import { loadHearthConfig } from '../../config/hearth/load.ts';
import { asProblem } from '../../domain/error/problem.ts';
import type { ConfigState, InterfaceState } from '../../domain/doctor/snapshot.ts';

/** Reads hearth.yaml for its networks. Option values are left to `hearth serve`: they are no fault of the machine. */
export async function readConfig(
  file: string | undefined,
  interfaces: ReadonlyMap<string, InterfaceState>,
): Promise<ConfigState> {
  if (file === undefined) return { kind: 'absent' };
  try {
    const text = await readFile(file, 'utf8');
    const table = new Map([...interfaces].map(([name, state]) => [name, state.addresses]));
    const config = loadHearthConfig(file, text, table, () => ({ code: 0, value: new Uint8Array() }));
    return {
      kind: 'read',
      httpPort: config.provisioning.port,
      networks: config.networks.map(({ name, interface: device, subnet, address, dhcp }) => ({
        name,
        interface: device,
        subnet,
        address,
        dhcp,
      })),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return {
        kind: 'wrong',
        message: `${file} does not exist`,
        remedy: 'Name the file with --config or HEARTH_CONFIG.',
      };
    }
    const { message, remedy } = asProblem(error);
    return { kind: 'wrong', message, remedy };
  }
}
