import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const TOOLS = [
  'qemu-system-x86_64',
  'mmdebstrap',
  'ostree',
  'xorriso',
  'mksquashfs',
  'ip',
  'sgdisk',
  'mcopy',
  'dnsmasq',
];
const FILES = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/lib/ipxe/ipxe.efi', '/dev/net/tun'];

/** What this machine lacks to run a rack; empty when nothing. */
export function missingForRack(): readonly string[] {
  const missing: string[] = process.getuid?.() === 0 ? [] : ['root'];
  for (const tool of TOOLS) {
    if (spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).status !== 0) missing.push(tool);
  }
  missing.push(...FILES.filter((file) => !existsSync(file)));
  return missing;
}
