import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TOOLS = ['ip', 'xorriso', 'ostree'];
const FILES = ['/usr/lib/ipxe/snponly.efi', '/usr/lib/ipxe/undionly.kpxe'];
const BUILD = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What this machine lacks to boot a fleet; empty when nothing. */
export function missingForFleet(): readonly string[] {
  const missing = process.getuid?.() === 0 ? [] : ['root'];
  for (const tool of TOOLS) {
    if (spawnSync('sh', ['-c', 'command -v "$1"', 'sh', tool]).status !== 0) missing.push(tool);
  }
  missing.push(...FILES.filter((file) => !existsSync(file)));
  if (!existsSync(BUILD)) missing.push('the built appliance (npm run build)');
  return missing;
}
