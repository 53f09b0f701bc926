import type { BootArchitecture } from './architecture.ts';

/**
 * The first program a machine runs, by the name it is served under. Names are ids of a fixed set, never paths.
 * `shimx64.efi` loads `grubx64.efi` from beside itself (rhboot/shim's DEFAULT_LOADER), hence their names.
 */
export type FirstStageFile =
  | 'undionly.kpxe'
  | 'ipxe.efi'
  | 'snponly.efi'
  | 'ipxe-arm64.efi'
  | 'snponly-arm64.efi'
  | 'ipxe-ia32.efi'
  | 'shimx64.efi'
  | 'grubx64.efi'
  | 'shimaa64.efi'
  | 'grubaa64.efi';

/**
 * Which loader a host starts with:
 * - `ipxe`: iPXE with its own network drivers;
 * - `snponly`: iPXE on the firmware's driver, for NICs whose iPXE driver hangs (ipxe/ipxe#1545);
 * - `grub`: shim and GRUB, for machines that enforce Secure Boot.
 */
export type LoaderChoice = 'ipxe' | 'snponly' | 'grub';

const FILES: Readonly<Record<BootArchitecture, Readonly<Partial<Record<LoaderChoice, FirstStageFile>>>>> = {
  'bios-x86': { ipxe: 'undionly.kpxe' },
  'uefi-x86': { ipxe: 'ipxe-ia32.efi' },
  'uefi-x64': { ipxe: 'ipxe.efi', snponly: 'snponly.efi', grub: 'shimx64.efi' },
  'uefi-arm32': {},
  'uefi-arm64': { ipxe: 'ipxe-arm64.efi', snponly: 'snponly-arm64.efi', grub: 'shimaa64.efi' },
};

/**
 * Without a choice: the firmware's own network driver. It is the one that just fetched the file, so it works, and it lets go
 * of the card when iPXE ends: EDK2 with a virtio NIC hangs when `ipxe.efi` of 2019 gives the card back to start the disk.
 * Last a medium's signed GRUB: Debian and Oracle Linux 8 package no iPXE for arm64.
 */
const PREFERRED: readonly LoaderChoice[] = ['snponly', 'ipxe', 'grub'];

/**
 * The file for an architecture: of the wanted loader if there is one that can be served, otherwise of the next best.
 *
 * @returns undefined when nothing can be started on this architecture
 */
export function firstStageFile(
  architecture: BootArchitecture,
  wanted: LoaderChoice | undefined,
  canServe: (file: FirstStageFile) => boolean = () => true,
): FirstStageFile | undefined {
  const order = wanted === undefined ? PREFERRED : [wanted, ...PREFERRED];
  return order
    .map((loader) => FILES[architecture][loader])
    .find((file) => file !== undefined && canServe(file));
}
