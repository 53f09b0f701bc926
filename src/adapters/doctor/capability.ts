import { readFile } from 'node:fs/promises';

/** CAP_NET_BIND_SERVICE, capability(7). */
const BIND_SERVICE = 10n;

/** Whether this process may open ports below 1024: a capability, or a sysctl that needs none. */
export async function mayOpenLowPorts(): Promise<boolean> {
  const first = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '1024');
  if (Number(first) <= 67) return true;
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> BIND_SERVICE) & 1n) === 1n;
}
