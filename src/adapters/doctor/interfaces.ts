import { readFile, readdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { InterfaceState } from '../../domain/doctor/snapshot.ts';
import { parseIpv4 } from '../../protocol/address/ipv4.ts';

const DEVICES = '/sys/class/net';
/** IFF_UP of netdevice(7). */
const UP = 1;

/** Network devices from sysfs; node:os lists only those that have an address. */
export async function readInterfaces(): Promise<ReadonlyMap<string, InterfaceState>> {
  const addresses = networkInterfaces();
  const names = await readdir(DEVICES).catch(() => Object.keys(addresses));
  const states = await Promise.all(
    names.map(async (name): Promise<[string, InterfaceState]> => {
      const flags = await read(name, 'flags');
      return [
        name,
        {
          up: flags === undefined || (Number(flags) & UP) === UP,
          // Reading `carrier` of a device that is down is an error.
          carrier: (await read(name, 'carrier')) === '1',
          addresses: (addresses[name] ?? []).flatMap(({ address }) => parseIpv4(address) ?? []),
        },
      ];
    }),
  );
  return new Map(states);
}

async function read(device: string, attribute: string): Promise<string | undefined> {
  return readFile(join(DEVICES, device, attribute), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
