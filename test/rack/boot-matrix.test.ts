import { spawnSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_DISK_FILE } from '../../src/domain/boot/plan.ts';
import { startMatrixRack, WIRES } from './boot-matrix-rack.ts';
import { arm64Medium } from './build/arm64-medium.ts';
import { run } from './build/exec.ts';
import { DISK_GIB, DISK_MARK, markedDisk } from './build/marked-disk.ts';
import type { Machine, MachineOptions } from './machine.ts';
import type { VirtualRack } from './rack.ts';
import type { EventRecord } from './records.ts';
import { missingForRack } from './requirements.ts';
import { Slots } from './slots.ts';

const MINUTE = 60_000;
const EVIDENCE = 'test-results/boot-matrix';

const missing = [...missingForRack(), ...['dhcrelay', 'curl'].filter((tool) => !isThere(tool))];
if (missing.length > 0) console.warn(`BOOT MATRIX LEFT OUT: this machine has no ${missing.join(', ')}`);

const missingForArm64 = ['qemu-system-aarch64', '/usr/share/AAVMF/AAVMF_CODE.fd'].filter(
  (one) => !isThere(one),
);
if (missingForArm64.length > 0)
  console.warn(`ARM64 LEFT OUT OF THE BOOT MATRIX: this machine has no ${missingForArm64.join(', ')}`);

function isThere(tool: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1" || test -e "$1"', 'sh', tool]).status === 0;
}

const X64_MEDIUM = 'ol8';
const ARM64_MEDIUM = 'ol8-arm64';

const SHIM_TRIES = ['revocations_sku.efi', 'revocations_sbat.efi', 'shim_certificate_0.efi'];

/** The installer asks for its Kickstart; or one of the ways to say that this will not happen. */
const INSTALLER =
  /RACK-INSTALLER: (kickstart|FAILED) .*|Could not fetch or start the installer.*|does not answer.*/;

type Case = Pick<MachineOptions, 'name' | 'firmware'> & {
  readonly number: number;
  readonly bridge?: string;
  /** What the operator says of the host. */
  readonly options?: readonly string[];
};

/** Each way that a machine can come to its installer, with real firmware. Time limits are those of a busy machine. */
describe.skipIf(missing.length > 0)('a machine', { concurrent: true, timeout: 14 * MINUTE }, () => {
  let rack: VirtualRack;
  const slots = new Slots(2);

  beforeAll(async () => {
    rack = await startMatrixRack(EVIDENCE);
  }, 8 * MINUTE);

  afterAll(async () => {
    await rack.stop();
  });

  const macOf = ({ number }: Case): string => `52:54:00:00:01:${String(number).padStart(2, '0')}`;

  /** Runs the machine of a case, not more than two at a time, and switches it off. */
  function withMachine(
    one: Case,
    disk: string | undefined,
    look: (machine: Machine) => Promise<void>,
  ): Promise<void> {
    return slots.run(async () => {
      const { name, firmware, bridge } = one;
      const own = disk === undefined ? {} : { disk, diskGiB: DISK_GIB };
      const wire = bridge === undefined ? {} : { bridge };
      const machine = await rack.machine({
        name,
        firmware,
        mac: macOf(one),
        memoryMiB: 1024,
        ...own,
        ...wire,
      });
      try {
        await look(machine);
      } finally {
        await machine.stop();
      }
    });
  }

  /** Real firmware comes to the installer, and the installer to its Kickstart. */
  async function installs(one: Case): Promise<readonly string[]> {
    const options = one.options ?? [];
    const medium = options.includes('--medium') ? [] : ['--medium', X64_MEDIUM];
    await rack.register(one.name, macOf(one), 'worker', ...medium, ...options);
    await withMachine(one, undefined, async (machine) => {
      const [line] = await machine.waitFor(INSTALLER, 6 * MINUTE);
      expect(line).toContain('kickstart http://');
      await rack.waitForState(one.name, ['installing'], MINUTE);
    });
    return textsOf(one.name);
  }

  async function eventsOf(name: string): Promise<readonly EventRecord[]> {
    return (await rack.events()).filter(({ text }) => text.startsWith(`${name} `));
  }

  async function textsOf(name: string): Promise<readonly string[]> {
    return (await eventsOf(name)).map(({ text }) => text);
  }

  /** Names that the appliance was asked for over TFTP and does not have. */
  function refused(): readonly string[] {
    return Array.from(
      rack.appliance.output.matchAll(/"path":"([^"]*)".*"msg":"tftp: request refused"/g),
      (match) => match[1] ?? '',
    );
  }

  function fetchByTftp(name: string): Promise<string> {
    const url = `tftp://10.20.0.1/${name}`;
    return run(...rack.network.command('curl', '--silent', '--show-error', '--max-time', '5', url));
  }

  it('installs by UEFI HTTP Boot, without TFTP', async () => {
    const told = await installs({ name: 'http1', firmware: 'uefi-http', number: 1 });
    expect(told.join('\n')).toContain('fetched /first-stage/snponly.efi');
    expect(told.filter((text) => text.includes('TFTP'))).toEqual([]);
  });

  it('installs with Secure Boot enforced, by shim and the signed GRUB of its medium', async () => {
    const options = ['--loader', 'grub'];
    const told = await installs({ name: 'secure1', firmware: 'secureboot', number: 2, options });
    for (const file of ['shimx64.efi', 'grubx64.efi', 'vmlinuz', 'initrd.img']) {
      expect(told.some((text) => text.includes(file) && text.includes('over TFTP'))).toBe(true);
    }
    // Shim and GRUB look for more than there is: that is not for an administrator to read.
    expect(refused()).toEqual(expect.arrayContaining(SHIM_TRIES));
    for (const { level, text } of await eventsOf('secure1')) {
      expect(level, text).toBe('info');
      expect(text).not.toMatch(/revocations|shim_certificate|\.lst/);
    }
  });

  it('waits in GRUB, asking again, until it is accepted and armed', async () => {
    const one: Case = { name: 'waiting1', firmware: 'secureboot', number: 11 };
    await rack.enter(one.name, macOf(one), 'worker', '--loader', 'grub', '--medium', X64_MEDIUM);
    await rack.appliance.hearth('host', 'release', one.name);
    await withMachine(one, undefined, async (machine) => {
      // The first script, then two that it read itself.
      let from = 0;
      for (let asked = 0; asked < 3; asked += 1) {
        await machine.waitFor(/Asking again in/, 3 * MINUTE, from);
        from =
          machine.console.lines.findIndex(({ text }, at) => at >= from && text.includes('Asking again in')) +
          1;
      }
      await rack.appliance.hearth('host', 'accept', one.name, '--cluster', 'rack', '--role', 'worker');
      await rack.appliance.hearth('host', 'arm', one.name);
      const [line] = await machine.waitFor(INSTALLER, 5 * MINUTE, from);
      expect(line).toContain('kickstart http://');
    });
  });

  it('installs through a relay, on a network the appliance has no interface on', async () => {
    const told = await installs({ name: 'far1', firmware: 'uefi', number: 3, bridge: WIRES.relayed });
    expect(told.join('\n')).toContain('fetched snponly.efi over TFTP');
    const explained = await rack.appliance.hearth('network', 'explain', '52:54:00:00:01:03');
    expect(explained).toContain('through relay 10.30.0.1');
  });

  it('installs by UEFI PXE beside the DHCP server of the site', async () => {
    await installs({ name: 'proxy1', firmware: 'uefi', number: 4, bridge: WIRES.proxied });
  });

  it('installs by BIOS PXE beside the DHCP server of the site', async () => {
    await installs({ name: 'proxy2', firmware: 'bios', number: 5, bridge: WIRES.proxied });
  });

  it.skipIf(missingForArm64.length > 0)('of arm64 installs by UEFI PXE', async () => {
    await rack.appliance.hearth('media', 'import', await arm64Medium(), '--name', ARM64_MEDIUM);
    const options = ['--medium', ARM64_MEDIUM, '--kernel-arg', 'console=ttyAMA0'];
    const told = await installs({ name: 'arm1', firmware: 'arm64', number: 10, options });
    // Debian has no iPXE for arm64: the medium's signed GRUB is taken without being asked for.
    expect(told.join('\n')).toContain('fetched grubaa64.efi over TFTP');
  });

  it.each([
    ['UEFI PXE', { name: 'disk1', firmware: 'uefi', number: 6 }],
    ['UEFI HTTP Boot', { name: 'disk2', firmware: 'uefi-http', number: 7 }],
    [
      'UEFI PXE beside the site’s DHCP server',
      { name: 'disk5', firmware: 'uefi', number: 12, bridge: WIRES.proxied },
    ],
    ['BIOS PXE', { name: 'disk3', firmware: 'bios', number: 8 }],
    ['Secure Boot', { name: 'disk4', firmware: 'secureboot', number: 9, options: ['--loader', 'grub'] }],
  ] as [string, Case][])('starts its own disk after %s, unless it is armed', async (_, one) => {
    const disk = join(rack.scratch, `${one.name}.raw`);
    await copyFile(await markedDisk(), disk);
    await rack.enter(one.name, macOf(one), 'worker', '--medium', X64_MEDIUM, ...(one.options ?? []));
    await withMachine(one, disk, async (machine) => {
      await machine.waitFor(new RegExp(DISK_MARK), 4 * MINUTE);
      // UEFI goes on at a name that is not there: no program of ours runs first, which could keep the machine.
      const ran = /iPXE initialising|Fetching Netboot Image/;
      if (one.firmware !== 'bios') expect(machine.console.matching(ran)).toEqual([]);
    });
    const told = await textsOf(one.name);
    // A BIOS is silent on the serial port: its way by iPXE shows in what it fetched.
    expect(told.some((text) => text.includes('fetched its ipxe script (local-disk'))).toBe(
      one.firmware === 'bios',
    );
    for (const { level, text } of await eventsOf(one.name)) expect(level, text).toBe('info');
  });

  it('finds the names that first stages look for answered on purpose', async () => {
    expect(await fetchByTftp('autoexec.ipxe')).toContain(
      'chain --replace --autofree http://10.20.0.1:8080/boot/',
    );
    expect(await fetchByTftp('grub/grub.cfg-01-52-54-00-00-01-99')).toContain('is not registered yet');
    // curl's exit code 68: the server says that there is no such file.
    for (const name of [LOCAL_DISK_FILE, 'revocations.efi', 'boot.sdi', '../hearth.yaml'])
      await expect(fetchByTftp(name), name).rejects.toThrow('exit 68');
  });
});
