import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { installerIso } from './installer-iso.ts';
import { ockStandin } from './ock-standin.ts';

export interface RackAssets {
  /** An ISO laid out as Oracle Linux 8's boot ISO. */
  readonly installerIso: string;
  /** An OSTree archive repository with the ref `ock`. */
  readonly ockRepo: string;
  /** Folder with Debian's first-stage boot programs: undionly.kpxe, ipxe.efi, snponly.efi. */
  readonly firstStage: string;
}

/** Builds what is not in the cache yet. The first time takes about two minutes and the network. */
export async function buildAssets(): Promise<RackAssets> {
  const firstStage = '/usr/lib/ipxe';
  await access(join(firstStage, 'snponly.efi'));
  // Both are cut from this tree: without this line both would build it.
  await baseTree();
  const [iso, ockRepo] = await Promise.all([installerIso(), ockStandin()]);
  return { installerIso: iso, ockRepo, firstStage };
}
