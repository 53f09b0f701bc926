import { bytes } from '../web/amount.ts';
import type { HostAnswer } from './answer.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { details, table } from './table.ts';

/** What the machine reported of itself, or nothing. */
export function hostFacts(host: HostAnswer, style: Style): string {
  const { facts } = host;
  if (facts === undefined) return '';
  const machine = [facts.vendor, facts.product].filter((part) => part !== undefined).join(' ');
  const head = details(
    [
      ['Machine', machine === '' ? undefined : plain(machine)],
      ['Serial', facts.serial === undefined ? undefined : plain(facts.serial)],
      ['Firmware', plain(facts.firmware)],
      ['Processors', String(facts.cpus)],
      ['Memory', bytes(facts.memoryMiB * 1024 * 1024)],
    ],
    style,
  );
  const nics = table(
    facts.nics,
    [
      { title: 'INTERFACE', value: (nic) => nic.name },
      { title: 'MAC', value: (nic) => nic.mac },
      { title: 'LINK', value: (nic) => (nic.carrier ? 'up' : 'down') },
      { title: 'ADDRESSES', value: (nic) => nic.addresses.join(', ') },
    ],
    style,
  );
  const disks = table(
    facts.disks,
    [
      { title: 'DISK', value: (disk) => disk.name },
      { title: 'SIZE', value: (disk) => bytes(disk.bytes) },
      { title: 'MODEL', value: (disk) => disk.model },
      { title: 'SERIAL', value: (disk) => disk.serial },
      { title: 'ID', value: (disk) => disk.ids[0] },
    ],
    style,
  );
  return `\n${head}\n${nics}\n${disks}`;
}
