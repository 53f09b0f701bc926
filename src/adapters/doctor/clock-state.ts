import { access, readdir } from 'node:fs/promises';
import type { ClockState } from '../../domain/doctor/snapshot.ts';

/** Written by systemd-timesyncd at its first synchronisation. */
const TIMESYNCD = '/run/systemd/timesync/synchronized';
/** Chrony keeps its drift here while it runs; its state is asked over a socket that only root may use. */
const CHRONY = ['/run/chrony', '/var/run/chrony'];

/** Whether something keeps the clock right; undefined when this machine does not tell. */
export async function readClockState(): Promise<ClockState> {
  if (await exists(TIMESYNCD)) return { synchronised: true };
  for (const directory of CHRONY) {
    const files = await readdir(directory).catch((): string[] => []);
    if (files.includes('chronyd.pid')) return { synchronised: true };
  }
  return { synchronised: (await exists('/run/systemd/system')) ? false : undefined };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
