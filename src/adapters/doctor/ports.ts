import { readFile, readdir, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { PortUse } from '../../domain/doctor/snapshot.ts';
import { UNSPECIFIED, ipv4FromNumber } from '../../protocol/address/ipv4.ts';

/** TCP_LISTEN of include/net/tcp_states.h; UDP sockets wait in state 07. */
const LISTENING: Readonly<Record<'udp' | 'tcp', string>> = { tcp: '0A', udp: '07' };
const TABLES = [
  ['udp', 'udp'],
  ['udp', 'udp6'],
  ['tcp', 'tcp'],
  ['tcp', 'tcp6'],
] as const;

interface OpenSocket extends Omit<PortUse, 'holder' | 'ours'> {
  readonly inode: string;
}

/** Sockets that wait on ports of this network namespace, and whose they are as far as we may look. */
export async function readPorts(data: string): Promise<readonly PortUse[]> {
  const sockets = (await Promise.all(TABLES.map(([protocol, file]) => readTable(protocol, file)))).flat();
  const holders = await findHolders(new Set(sockets.map((socket) => socket.inode)));
  return sockets.map(({ inode, ...use }) => {
    const holder = holders.get(inode);
    return {
      ...use,
      holder: holder === undefined ? undefined : { name: holder.name, pid: holder.pid },
      ours: holder?.socketDirectories.has(resolve(data)) ?? false,
    };
  });
}

async function readTable(protocol: 'udp' | 'tcp', file: string): Promise<readonly OpenSocket[]> {
  const text = await readFile(`/proc/net/${file}`, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => parseSocketLine(protocol, line));
}

/**
 * A line of /proc/net/{udp,tcp}{,6} (proc_net_udp(5)): addresses are hex words in the byte order of the machine, which
 * is little-endian on every machine we run on.
 */
export function parseSocketLine(protocol: 'udp' | 'tcp', line: string): readonly OpenSocket[] {
  const [, local = '', , state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
  const [, hex = '', portHex = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
  if (hex === '' || state !== LISTENING[protocol]) return [];
  return [{ protocol, address: hexAddress(hex), port: Number.parseInt(portHex, 16), inode }];
}

function hexAddress(hex: string): PortUse['address'] {
  // ::ffff:a.b.c.d keeps the IPv4 address in its last word; any other IPv6 address matters only as "all of them".
  if (hex.length === 32 && !hex.startsWith('0000000000000000FFFF0000')) return UNSPECIFIED;
  const bytes = hex.slice(-8).match(/../g) ?? [];
  return ipv4FromNumber(Number.parseInt(bytes.toReversed().join(''), 16));
}

interface Holder {
  readonly name: string;
  readonly pid: number;
  /** Working directories and --data arguments that tell an appliance apart. */
  readonly socketDirectories: ReadonlySet<string>;
}

async function findHolders(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, Holder>> {
  const found = new Map<string, Holder>();
  const unixPaths = await readUnixSockets();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const open = await openInodes(pid);
    const wanted = open.filter((inode) => inodes.has(inode));
    if (wanted.length === 0) continue;
    const name = (await readFile(join('/proc', pid, 'comm'), 'utf8').catch(() => '?')).trim();
    const socketDirectories = new Set(open.flatMap((inode) => unixPaths.get(inode) ?? []));
    for (const inode of wanted) found.set(inode, { name, pid: Number(pid), socketDirectories });
  }
  return found;
}

async function openInodes(pid: string): Promise<readonly string[]> {
  // Another user's process, or one that ended meanwhile.
  const fds = await readdir(join('/proc', pid, 'fd')).catch(() => []);
  const links = await Promise.all(fds.map((fd) => readlink(join('/proc', pid, 'fd', fd)).catch(() => '')));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** Directories of the `hearth.sock` sockets by inode: the process that holds one is the appliance of that directory. */
async function readUnixSockets(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile('/proc/net/unix', 'utf8').catch(() => '');
  const entries = text.split('\n').flatMap((line): [string, string][] => {
    const match = /\s(\d+)\s+(\/.*)\/hearth\.sock$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? '']];
  });
  return new Map(entries);
}
