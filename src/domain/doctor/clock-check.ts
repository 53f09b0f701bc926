import { ok, problem, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** Before this release was made no clock can be right. 2026-01-01. */
const EARLIEST = Date.UTC(2026, 0, 1);
/** Later than the end of every certificate made today. */
const LATEST = Date.UTC(2046, 0, 1);

/**
 * A wrong clock makes certificates that hosts refuse, and the refusal looks like anything but a clock
 * (openshift/installer#7571).
 */
export function checkClock({ now, clock }: Snapshot): readonly Finding[] {
  const shown = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
  if (now < EARLIEST || now > LATEST) {
    return [
      problem(
        'clock',
        `the clock says ${shown} UTC`,
        'Set it: timedatectl set-time, or start an NTP client.',
      ),
    ];
  }
  if (clock.synchronised === false) {
    return [
      warning(
        'clock',
        `nothing keeps the clock right (${shown} UTC)`,
        'Start an NTP client, such as chrony or systemd-timesyncd: hosts refuse certificates from the future.',
      ),
    ];
  }
  const kept = clock.synchronised === undefined ? '' : ', kept right by NTP';
  return [ok('clock', `${shown} UTC${kept}`)];
}
