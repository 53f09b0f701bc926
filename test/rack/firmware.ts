import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a machine starts. */
export type Firmware = 'bios' | 'uefi' | 'uefi-http' | 'secureboot' | 'arm64';

const ovmf = '/usr/share/OVMF';
const aavmf = '/usr/share/AAVMF';

/** The QEMU that emulates a firmware's machine. */
export function emulatorOf(firmware: Firmware): string {
  return firmware === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';
}

/** QEMU's arguments for a firmware; UEFI variables are the machine's own copy, so boot entries do not leak between runs. */
export async function firmwareArguments(firmware: Firmware, directory: string): Promise<string[]> {
  switch (firmware) {
    case 'bios':
      return ['-machine', 'q35'];
    case 'uefi':
      // One PXE attempt over IPv4 is what is tested; IPv6's only costs time when the first is left unanswered.
      return [
        '-machine',
        'q35',
        ...(await flash('CODE_4M', 'VARS_4M', directory)),
        ...support('IPv6PXE', 'n'),
      ];
    case 'arm64': {
      const own = join(directory, 'vars.fd');
      await copyFile(join(aavmf, 'AAVMF_VARS.fd'), own);
      return [
        ...['-machine', 'virt'],
        ...flashDrives(join(aavmf, 'AAVMF_CODE.fd'), own),
        ...support('IPv6PXE', 'n'),
      ];
    }
    case 'uefi-http':
      // OVMF tries PXE over both protocols for three minutes before HTTP; without PXE support it starts with HTTP.
      return [
        ...['-machine', 'q35', ...(await flash('CODE_4M', 'VARS_4M', directory))],
        ...[...support('IPv4PXE', 'n'), ...support('IPv6PXE', 'n')],
      ];
    case 'secureboot':
      return [
        // The variables are protected only when System Management Mode is.
        ...['-machine', 'q35,smm=on', '-global', 'driver=cfi.pflash01,property=secure,value=on'],
        ...['-global', 'ICH9-LPC.disable_s3=1'],
        ...(await flash('CODE_4M.secboot', 'VARS_4M.ms', directory)),
        ...support('IPv6PXE', 'n'),
      ];
  }
}

async function flash(code: string, variables: string, directory: string): Promise<string[]> {
  const own = join(directory, 'vars.fd');
  await copyFile(join(ovmf, `OVMF_${variables}.fd`), own);
  return flashDrives(join(ovmf, `OVMF_${code}.fd`), own);
}

function flashDrives(code: string, variables: string): string[] {
  return [
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${variables}`],
  ];
}

function support(name: string, value: 'y' | 'n'): string[] {
  return ['-fw_cfg', `name=opt/org.tianocore/${name}Support,string=${value}`];
}
