import type { DaemonState, RivalServer, Snapshot } from '../../domain/doctor/snapshot.ts';
import type { Instant } from '../../domain/time/clock.ts';
import { mayOpenLowPorts } from './capability.ts';
import { readClockState } from './clock-state.ts';
import { readConfig } from './config-state.ts';
import { readDisk } from './disk-state.ts';
import { readInterfaces } from './interfaces.ts';
import { readLibrary } from './library-state.ts';
import { readPorts } from './ports.ts';

/** What a look at this machine starts from. */
interface Gathering {
  readonly now: Instant;
  /** Data directory of the appliance. */
  readonly data: string;
  /** Path of hearth.yaml, when it was named. */
  readonly config: string | undefined;
  readonly daemon: DaemonState;
  readonly rivals: readonly RivalServer[] | undefined;
  readonly media: readonly string[] | undefined;
  readonly images: readonly string[] | undefined;
}

/** Looks at this machine. Whatever cannot be read is left out; nothing is changed and nothing is sent. */
export async function gatherSnapshot({ now, data, config, ...seen }: Gathering): Promise<Snapshot> {
  const interfaces = await readInterfaces();
  const [configState, ports, library, disk, clock, privileged] = await Promise.all([
    readConfig(config, interfaces),
    readPorts(data),
    readLibrary(data),
    readDisk(data),
    readClockState(),
    mayOpenLowPorts(),
  ]);
  return {
    now,
    daemon: seen.daemon,
    rivals: seen.rivals,
    config: configState,
    interfaces,
    ports,
    library: {
      media: seen.media ?? library.media,
      images: seen.images ?? library.images,
      firstStage: library.firstStage,
    },
    disk,
    clock,
    mayOpenLowPorts: privileged,
  };
}
