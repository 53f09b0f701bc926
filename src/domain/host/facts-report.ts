import { parseIpv4 } from '../../protocol/address/ipv4.ts';
import { parseMac } from '../../protocol/address/mac.ts';
import type { Instant } from '../time/clock.ts';
import type { DiskFacts, HostFacts, NicFacts } from './facts.ts';

const MAX_LINES = 400;
const MAX_NICS = 64;
const MAX_DISKS = 128;
const MAX_TEXT = 128;

/**
 * Reads the report that `%pre` sends: lines of tab-separated fields, as a shell can write them without quoting rules.
 *
 *     vendor      Dell Inc.
 *     firmware    uefi
 *     cpus        64
 *     memory-kib  263856128
 *     nic         enp1s0  52:54:00:12:34:56  1  10.20.0.101/24,10.20.0.102/24
 *     disk        vda     16106127360        0  QEMU HARDDISK  serial  /dev/disk/by-id/a,/dev/disk/by-id/b
 *
 * Whatever cannot be read is left out: a report with a strange disk is better than none. All counts and lengths are
 * bounded.
 */
export function parseFactsReport(text: string, at: Instant): HostFacts {
  const fields = new Map<string, string>();
  const nics: NicFacts[] = [];
  const disks: DiskFacts[] = [];
  for (const line of text.split('\n', MAX_LINES)) {
    const [key = '', ...values] = line.split('\t').map((value) => clean(value));
    if (key === 'nic' && nics.length < MAX_NICS) nics.push(...nic(values));
    else if (key === 'disk' && disks.length < MAX_DISKS) disks.push(...disk(values));
    else if (values[0] !== undefined && values[0] !== '' && !fields.has(key)) fields.set(key, values[0]);
  }
  return {
    at,
    vendor: fields.get('vendor'),
    product: fields.get('product'),
    serial: fields.get('serial'),
    uuid: fields.get('uuid')?.toLowerCase(),
    firmware: fields.get('firmware') === 'uefi' ? 'uefi' : 'bios',
    cpus: count(fields.get('cpus')),
    memoryMiB: Math.round(count(fields.get('memory-kib')) / 1024),
    nics,
    disks,
  };
}

function nic([name = '', address = '', carrier = '', addresses = '']: string[]): NicFacts[] {
  const mac = parseMac(address);
  if (mac === undefined || !/^[A-Za-z0-9_.:@-]{1,15}$/.test(name)) return [];
  const parsed = addresses.split(',').map((entry) => parseIpv4(entry.split('/')[0] ?? ''));
  return [
    {
      name,
      mac,
      carrier: carrier === '1',
      addresses: parsed.filter((entry) => entry !== undefined).slice(0, 16),
    },
  ];
}

function disk([
  name = '',
  bytes = '',
  removable = '',
  model = '',
  serial = '',
  ids = '',
]: string[]): DiskFacts[] {
  if (!/^[A-Za-z0-9!_-]{1,32}$/.test(name)) return [];
  return [
    {
      name,
      bytes: count(bytes),
      removable: removable === '1',
      model: model === '' ? undefined : model,
      serial: serial === '' ? undefined : serial,
      ids: ids
        .split(',')
        .filter((id) => /^\/dev\/disk\/by-id\/[A-Za-z0-9_.:+@=-]{1,200}$/.test(id))
        .slice(0, 8),
    },
  ];
}

// Longer than MAX_TEXT only for the last field of a disk, which is split and checked entry by entry.
function clean(value: string): string {
  const printable = value.replaceAll(/[^\x20-\x7e]/g, '').trim();
  return printable.startsWith('/dev/') ? printable.slice(0, 2048) : printable.slice(0, MAX_TEXT);
}

function count(text: string | undefined): number {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
