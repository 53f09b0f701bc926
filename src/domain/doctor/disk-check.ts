import { ok, problem, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

const GIB = 1024 ** 3;
/** The database stops taking work below this. */
const LITTLE = GIB;
/** An installer ISO and an image need about this. */
const ENOUGH = 20 * GIB;

export function checkDisk({ disk }: Snapshot): readonly Finding[] {
  if (disk === undefined) {
    return [
      warning(
        'disk',
        'the data directory does not exist yet',
        '`hearth serve` makes it; name it with --data or HEARTH_DATA.',
      ),
    ];
  }
  const free = `${(disk.freeBytes / GIB).toFixed(1)} GiB free in ${disk.directory}`;
  if (!disk.writable) {
    return [
      problem(
        'disk',
        `${disk.directory} cannot be written`,
        'Mount it read-write, or run as the user it belongs to.',
      ),
    ];
  }
  if (disk.freeBytes < LITTLE)
    return [problem('disk', free, 'Free space: below 1 GiB the appliance stops taking work.')];
  if (disk.freeBytes < ENOUGH) return [warning('disk', free, 'An ISO with an image needs about 20 GiB.')];
  return [ok('disk', free)];
}
