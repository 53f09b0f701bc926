import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialConsole } from './console.ts';
import { firmwareArguments, type Firmware } from './firmware.ts';
import { Monitor } from './monitor.ts';
import type { RackNetwork } from './network.ts';

export interface MachineOptions {
  readonly name: string;
  readonly mac: string;
  readonly firmware: Firmware;
  readonly network: RackNetwork;
  /** The console's text is written here: the evidence of a failed test. */
  readonly consoleFile: string;
  readonly memoryMiB?: number;
  readonly diskGiB?: number;
  /** Keep the machine's disk here; by default it lives in the machine's temporary directory. */
  readonly disk?: string;
  /** The machine stays on after the stand-in OS reported (`RACK: done`). */
  readonly stay?: boolean;
  /** More network cards on the same bridge, by address. */
  readonly extraMacs?: readonly string[];
  /** A CD-ROM image, for installation without network. */
  readonly cdrom?: string;
  readonly extraArguments?: readonly string[];
}

/** One virtual server: network first in its boot order for ever, then its disk, as racks are set up. */
export class Machine {
  readonly name: string;
  readonly console: SerialConsole;
  /** UUID and serial number as the firmware tells them (SMBIOS). */
  readonly uuid: string;
  readonly #child: ChildProcess;
  readonly #monitor: Monitor;
  readonly #directory: string;
  readonly #exited: Promise<void>;

  private constructor(
    options: MachineOptions,
    uuid: string,
    child: ChildProcess,
    monitor: Monitor,
    directory: string,
    console: SerialConsole,
  ) {
    this.name = options.name;
    this.uuid = uuid;
    this.console = console;
    this.#child = child;
    this.#monitor = monitor;
    this.#directory = directory;
    this.#exited = exited(child);
  }

  static async start(options: MachineOptions): Promise<Machine> {
    const directory = await mkdtemp(join(tmpdir(), `hearth-rack-${options.name}-`));
    const uuid = uuidOf(options.mac);
    const socket = join(directory, 'monitor');
    const args = await machineArguments(options, uuid, directory, socket);
    const [command, commandArgs] = options.network.command('qemu-system-x86_64', ...args);
    const child = spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'pipe'] });
    const console = new SerialConsole(options.consoleFile);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => console.write(chunk));
    }
    child.on('error', (error) => console.end(error.message));
    child.on('close', () => console.end('the machine is off'));
    process.once('exit', () => child.kill('SIGKILL'));
    try {
      const monitor = await Monitor.connect(socket);
      return new Machine(options, uuid, child, monitor, directory, console);
    } catch (error) {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
      throw new Error(
        `${options.name} does not start:\n${console.lines.map((line) => line.text).join('\n')}`,
        { cause: error },
      );
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  waitFor(pattern: RegExp, timeoutMs: number, from = 0): Promise<RegExpExecArray> {
    return this.console.waitFor(pattern, timeoutMs, from);
  }

  /** The reset button: nothing is written back, no process ends first. */
  async reset(): Promise<void> {
    await this.#monitor.reset();
  }

  /** The power button pressed shortly. */
  async powerButton(): Promise<void> {
    await this.#monitor.powerButton();
  }

  /** Resolves when the machine is off, whoever switched it off. */
  async off(): Promise<void> {
    await this.#exited;
  }

  /** Pulls the plug and removes what the machine had, but for its console file and a disk that was given. */
  async stop(): Promise<void> {
    this.#monitor.close();
    if (this.running) this.#child.kill('SIGKILL');
    await this.#exited;
    await rm(this.#directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
}

async function machineArguments(
  options: MachineOptions,
  uuid: string,
  directory: string,
  socket: string,
): Promise<string[]> {
  const disk = options.disk ?? join(directory, 'disk.raw');
  await mkdir(directory, { recursive: true });
  await writeFile(disk, '', { flag: 'a' });
  await truncate(disk, (options.diskGiB ?? 8) * 2 ** 30);
  const networkCards: string[] = [];
  for (const [index, mac] of [options.mac, ...(options.extraMacs ?? [])].entries()) {
    const tap = await options.network.addTap();
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
    ...['-name', options.name, '-uuid', uuid, '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2'],
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
    ...['-serial', 'stdio', '-qmp', `unix:${socket},server=on,wait=off`],
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
