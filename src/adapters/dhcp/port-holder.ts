import { readdir, readFile, readlink } from 'node:fs/promises';

/** The program that has a UDP port open. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** Looking through every process must not take long on a large machine. */
const MAX_PROCESSES = 5000;

/** Finds who holds a UDP port from /proc; undefined when it cannot be told (another user's process, no /proc). */
export async function holderOfUdpPort(port: number): Promise<PortHolder | undefined> {
  const inodes = await inodesOfPort(port);
  if (inodes.size === 0) return undefined;
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).slice(0, MAX_PROCESSES);
  for (const pid of pids) {
    if (pid === String(process.pid) || !(await hasSocket(pid, inodes))) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    return { pid: Number(pid), name: name.trim() === '' ? 'a program' : name.trim() };
  }
  return undefined;
}

async function inodesOfPort(port: number): Promise<ReadonlySet<string>> {
  const table = await readFile('/proc/net/udp', 'utf8').catch(() => '');
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const inode = fields[9];
    if (fields[1]?.endsWith(wanted) === true && inode !== undefined) inodes.add(`socket:[${inode}]`);
  }
  return inodes;
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '');
    if (inodes.has(target)) return true;
  }
  return false;
}
