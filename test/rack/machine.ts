import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SerialConsole } from './console.ts';
import { temporaryFolder } from './folders.ts';
import { emulatorOf, firmwareArguments, type Firmware } from './firmware.ts';
import { Monitor } from './monitor.ts';
import type { RackNetwork } from './network.ts';

export interface MachineOptions {
  readonly name: string;
  readonly mac: string;
  readonly firmware: Firmware;
  readonly network: RackNetwork;
  /** The console's text is written here: the evidence of a failed test. */
  readonly consoleFile: string;
  /** One by default: emulated processors that wait for each other slow a loaded host down. */
  readonly cpus?: number;
  readonly memoryMiB?: number;
  readonly diskGiB?: number;
  /** Keep the machine's disk here; by default it lives in the machine's temporary directory. */
  readonly disk?: string;
  /** The machine stays on after the stand-in OS reported (`RACK: done`). */
  readonly stay?: boolean;
  /** The wire it is on; the network's first bridge by default. */
  readonly bridge?: string;
  /** More network cards on the same bridge, by address. */
  readonly extraMacs?: readonly string[];
  /** A CD-ROM image, for installation without network. */
  readonly cdrom?: string;
  readonly extraArguments?: readonly string[];
}

/**
 * One virtual server: network first in its boot order for ever, then its disk, as racks are set up.
 *
 * A reset ends the QEMU process and starts another on the same disk and firmware variables: after a warm reset an emulated
 * UEFI takes up to a minute to come back, a fresh process four seconds.
 */
export class Machine {
  readonly name: string;
  /** As the firmware tells it (SMBIOS); the serial number is `RACK-<name>`. */
  readonly uuid: string;
  readonly console: SerialConsole;
  readonly #command: readonly [string, readonly string[]];
  readonly #directory: string;
  readonly #off = Promise.withResolvers<undefined>();
  readonly #onExit = (): void => void this.#child?.kill('SIGKILL');
  #child: ChildProcess | undefined;
  #monitor: Monitor | undefined;
  #stopping = false;

  private constructor(
    options: MachineOptions,
    uuid: string,
    directory: string,
    command: [string, readonly string[]],
  ) {
    this.name = options.name;
    this.uuid = uuid;
    this.console = new SerialConsole(options.consoleFile);
    this.#directory = directory;
    this.#command = command;
    process.once('exit', this.#onExit);
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const directory = await temporaryFolder(options.name);
    const uuid = uuidOf(options.mac);
    const args = await machineArguments(options, uuid, directory);
    const machine = new Machine(
      options,
      uuid,
      directory,
      options.network.command(emulatorOf(options.firmware), ...args),
    );
    try {
      await machine.#powerOn();
    } catch (error) {
      await machine.stop();
      const output = machine.console.lines.map((line) => line.text).join('\n');
      throw new Error(`${options.name} does not start:\n${output}`, { cause: error });
    }
    return machine;
  }

  async #powerOn(): Promise<void> {
    const [command, args] = this.#command;
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => this.console.write(chunk));
    }
    child.on('error', (error) => this.#end(error.message));
    child.on('close', () => this.#closed());
    this.#monitor = await Monitor.connect(join(this.#directory, 'monitor'));
  }

  /** QEMU ended: the guest rebooted, someone pressed reset, or the machine is off. */
  #closed(): void {
    const reason = this.#monitor?.shutdownReason ?? 'unknown';
    this.#monitor?.close();
    if (this.#stopping || !reason.endsWith('reset')) {
      this.#end(`the machine is off (${reason})`);
      return;
    }
    this.console.write('\n');
    this.#powerOn().catch((error: unknown) => this.#end(`the machine does not come back: ${String(error)}`));
  }

  #end(reason: string): void {
    this.console.end(reason);
    this.#off.resolve(undefined);
  }

  /** The process id of QEMU, which changes with a reset. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  waitFor(pattern: RegExp, timeoutMs: number, from = 0): Promise<RegExpExecArray> {
    return this.console.waitFor(pattern, timeoutMs, from);
  }

  /** The reset button: nothing is written back, no process ends first. */
  async reset(): Promise<void> {
    await this.#monitor?.reset();
  }

  /** The power button pressed shortly; the guest decides. */
  async powerButton(): Promise<void> {
    await this.#monitor?.powerButton();
  }

  /** Resolves when the machine is off, whoever switched it off. */
  async off(): Promise<void> {
    await this.#off.promise;
  }

  /** Pulls the plug and removes what the machine had, but for its console file and a disk that was given. */
  async stop(): Promise<void> {
    this.#stopping = true;
    process.off('exit', this.#onExit);
    this.#child?.kill('SIGKILL');
    await this.off();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function machineArguments(options: MachineOptions, uuid: string, directory: string): Promise<string[]> {
  const disk = options.disk ?? join(directory, 'disk.raw');
  await mkdir(directory, { recursive: true });
  await writeFile(disk, '', { flag: 'a' });
  await truncate(disk, (options.diskGiB ?? 8) * 2 ** 30);
  const networkCards: string[] = [];
  for (const [index, mac] of [options.mac, ...(options.extraMacs ?? [])].entries()) {
    const tap = await options.network.addTap(options.bridge);
    // An empty romfile leaves PXE to the firmware's own driver on UEFI; BIOS has none, so QEMU's iPXE ROM is its PXE.
    // Fixed slots name the interfaces enp0s2, enp0s3, …
    const rom = options.firmware === 'bios' ? '' : ',romfile=';
    networkCards.push(
      ...['-netdev', `tap,id=net${index},ifname=${tap},script=no,downscript=no`],
      ...[
        '-device',
        `virtio-net-pci,netdev=net${index},mac=${mac},addr=${index + 2},bootindex=${index + 1}${rom}`,
      ],
    );
  }
  return [
    ...(await firmwareArguments(options.firmware, directory)),
    ...[
      '-name',
      options.name,
      '-uuid',
      uuid,
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      // `max` of arm64 emulates pointer authentication, which costs more than all else.
      options.firmware === 'arm64' ? 'cortex-a57' : 'max',
      '-smp',
      String(options.cpus ?? 1),
    ],
    ...[
      '-m',
      String(options.memoryMiB ?? 2048),
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-vga',
      'none',
    ],
    ...['-serial', 'stdio', '-qmp', `unix:${join(directory, 'monitor')},server=on,wait=off`, '-no-reboot'],
    ...['-object', 'rng-random,id=rng,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng,addr=0x10'],
    ...[
      '-smbios',
      `type=1,manufacturer=Hearth,product=Virtual rack,serial=RACK-${options.name},uuid=${uuid}`,
    ],
    ...(options.stay === true ? ['-smbios', 'type=11,value=rack.stay'] : []),
    ...networkCards,
    // The host's disk may lose what it has not written: a rack that dies is thrown away.
    ...['-drive', `if=none,id=disk,format=raw,cache=unsafe,discard=unmap,file=${disk}`],
    ...['-device', `virtio-blk-pci,drive=disk,serial=DISK-${options.name},addr=0x11,bootindex=10`],
    ...(options.cdrom === undefined ? [] : cdromArguments(options.cdrom)),
    ...(options.extraArguments ?? []),
  ];
}

function cdromArguments(image: string): string[] {
  return [
    ...['-drive', `if=none,id=cd,format=raw,readonly=on,media=cdrom,file=${image}`],
    ...['-device', 'virtio-scsi-pci,addr=0x12', '-device', 'scsi-cd,drive=cd,bootindex=11'],
  ];
}

/** A UUID that is the same for the same machine in every run. */
function uuidOf(mac: string): string {
  return `00000000-0000-4000-8000-${mac.replaceAll(':', '').toLowerCase()}`;
}
