import { ok, problem, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** Every BIOS and every x64 UEFI machine starts with one of these. */
const FIRST_STAGE = ['undionly.kpxe', 'ipxe.efi'] as const;

/** Whether there is something to boot, to install from and to install. */
export function checkLibrary({ library }: Snapshot): readonly Finding[] {
  return [
    things('media', 'installer medium', library.media, 'hearth media import FILE.iso'),
    things('images', 'operating system image', library.images, 'hearth image import PATH'),
    firstStage(library.firstStage),
  ];
}

function things(
  subject: string,
  noun: string,
  names: readonly string[] | undefined,
  command: string,
): Finding {
  if (names === undefined)
    return warning(subject, `cannot see the ${subject}`, 'Run it as the user of the appliance, or as root.');
  if (names.length === 0)
    return warning(subject, `there is no ${noun} yet: no host can be armed`, `Import one: ${command}`);
  return ok(subject, names.join(', '));
}

function firstStage(present: readonly string[]): Finding {
  const missing = FIRST_STAGE.filter((name) => !present.includes(name));
  if (missing.length === 0) return ok('first stage', present.join(', '));
  return problem(
    'first stage',
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing: machines that need ${missing.length === 1 ? 'it' : 'them'} cannot boot`,
    'Install iPXE: `apt install ipxe` on Debian, `dnf install ipxe-bootimgs` on Oracle Linux; or put your own builds into DATA/first-stage.',
  );
}
