import { checkClock } from './clock-check.ts';
import { checkDaemon } from './daemon-check.ts';
import { checkDisk } from './disk-check.ts';
import type { Finding } from './finding.ts';
import { checkInterfaces } from './interface-check.ts';
import { checkLibrary } from './library-check.ts';
import { checkPorts } from './port-check.ts';
import { checkRivals } from './rival-check.ts';
import type { Snapshot } from './snapshot.ts';

/** Everything that can be said about a machine, in the order in which a person would mend it. */
export function diagnose(snapshot: Snapshot): readonly Finding[] {
  return [checkDaemon, checkInterfaces, checkPorts, checkRivals, checkLibrary, checkDisk, checkClock].flatMap(
    (check) => check(snapshot),
  );
}
