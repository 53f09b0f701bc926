// Proves the stand-ins without the appliance: `node test/rack/build/selfcheck.ts [bios|uefi|uefi-http|secureboot]…`.
// Every named machine is started at once. A UEFI machine goes from power-on to `RACK: done`, twice: the second boot
// shows that Ignition does not run again.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Firmware } from '../firmware.ts';
import { Machine } from '../machine.ts';
import { RackNetwork } from '../network.ts';
import { buildAssets } from './assets.ts';
import { run } from './exec.ts';

const address = '10.20.0.1';
const origin = `http://${address}:8080`;
const consoles = process.env['HEARTH_RACK_CONSOLES'] ?? join(tmpdir(), 'hearth-rack-consoles');
const firmwares = process.argv.slice(2).filter(isFirmware);

function isFirmware(word: string): word is Firmware {
  return ['bios', 'uefi', 'uefi-http', 'secureboot'].includes(word);
}

async function main(): Promise<void> {
  const began = Date.now();
  const assets = await buildAssets();
  console.log(`assets in ${seconds(began)}`);
  const working = await mkdtemp(join(tmpdir(), 'hearth-rack-selfcheck-'));
  await mkdir(consoles, { recursive: true });
  const servers: ChildProcess[] = [];
  const network = await RackNetwork.create({ address: `${address}/24` });
  try {
    const isoTree = join(working, 'iso');
    await run('xorriso', ['-osirrox', 'on', '-indev', assets.installerIso, '-extract', '/', isoTree]);
    const server = [
      join(import.meta.dirname, 'selfcheck-server.ts'),
      address,
      '8080',
      isoTree,
      assets.ockRepo,
    ];
    servers.push(startInside(network, process.execPath, [...server, assets.firstStage]));
    servers.push(startInside(network, 'dnsmasq', dnsmasqArguments(network.bridge, assets.firstStage)));
    const wanted: Firmware[] = firmwares.length > 0 ? firmwares : ['uefi', 'bios'];
    const results = await Promise.allSettled(
      wanted.map((firmware, index) => bootOne(firmware, index, network)),
    );
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
    }
  } finally {
    for (const server of servers) {
      if (server.exitCode === null && server.kill('SIGTERM')) await once(server, 'close');
    }
    network.close();
    await rm(working, { recursive: true, force: true });
  }
}

function startInside(network: RackNetwork, command: string, args: readonly string[]): ChildProcess {
  const [program, programArgs] = network.command(command, ...args);
  const child = spawn(program, programArgs, {
    stdio: ['ignore', process.env['DEBUG'] ? 'inherit' : 'ignore', 'inherit'],
  });
  return child;
}

function dnsmasqArguments(bridge: string, tftpRoot: string): string[] {
  return [
    ...[
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--port=0',
      '--bind-interfaces',
      `--interface=${bridge}`,
    ],
    ...[
      '--dhcp-range=10.20.0.100,10.20.0.199,1h',
      '--dhcp-leasefile=/dev/null',
      '--leasefile-ro',
      '--no-ping',
      '--user=root',
    ],
    ...['--log-facility=/dev/null', '--enable-tftp', `--tftp-root=${tftpRoot}`],
    ...['--dhcp-match=set:efi,option:client-arch,7', '--dhcp-match=set:http,option:client-arch,16'],
    ...['--dhcp-userclass=set:ipxe,iPXE', '--dhcp-boot=tag:efi,tag:!ipxe,snponly.efi'],
    ...[
      // After PXE, OVMF tries HTTP boot before the disk: a quick 404 sends it on when no machine is to use it.
      `--dhcp-boot=tag:http,tag:!ipxe,${origin}/first-stage/${firmwares.includes('uefi-http') ? 'snponly.efi' : 'none'}`,
      '--dhcp-option-force=tag:http,60,HTTPClient',
    ],
    ...['--dhcp-boot=tag:!efi,tag:!http,tag:!ipxe,undionly.kpxe', `--dhcp-boot=tag:ipxe,${origin}/boot.ipxe`],
  ];
}

async function bootOne(firmware: Firmware, index: number, network: RackNetwork): Promise<void> {
  const began = Date.now();
  const name = `${firmware}${index}`;
  const machine = await Machine.start({
    name,
    mac: `52:54:00:20:00:0${index + 1}`,
    firmware,
    network,
    consoleFile: join(consoles, `${name}.log`),
    stay: true,
  });
  try {
    for (const step of ['RACK-INSTALLER: start', 'kickstart', 'pull', 'deploy', 'bootloader', 'reboot']) {
      await expect(machine, new RegExp(step));
      console.log(`${name}: ${step} ${seconds(began)}`);
    }
    await expect(machine, /RACK: done/);
    console.log(`${name}: first boot done ${seconds(began)}`);
    const lines = machine.console.lines.length;
    await machine.reset();
    await machine.waitFor(/RACK: this-boot=plain/, 480_000, lines);
    await machine.waitFor(/RACK: done/, 10_000, lines);
    console.log(`${name}: second boot done ${seconds(began)}`);
  } finally {
    await machine.stop();
  }
}

/** Waits for a line, but not longer than until a guest says that it failed. */
async function expect(machine: Machine, pattern: RegExp): Promise<void> {
  const match = await machine.waitFor(new RegExp(`${pattern.source}|RACK.*FAILED.*|emergency mode`), 480_000);
  if (!pattern.test(match[0])) throw new Error(`${machine.name}: ${match[0]}`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

// Exit handlers remove machines and namespaces; a signal alone would not run them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
await main();
