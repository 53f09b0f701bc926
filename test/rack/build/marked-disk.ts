import { open, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { cached } from './cache.ts';
import { run } from './exec.ts';
import { buildDirectory } from './sources.ts';

/** What the disk prints on the serial port when a machine starts it. */
export const DISK_MARK = 'RACK-DISK: started';
export const DISK_GIB = 1;

const SECTOR = 512;
const ESP_START = 2048;
const ESP_MIB = 32;

/**
 * A disk that says that it was started and does nothing else: what is asked of it is only whether, and how soon, firmware
 * comes to it. UEFI starts Debian's signed shim and GRUB, also under Secure Boot; a BIOS runs 20 instructions of its first sector.
 * Answers the image's path; machines get copies.
 */
export async function markedDisk(): Promise<string> {
  const base = await baseTree();
  const inputs = { texts: [base, DISK_MARK], paths: [join(buildDirectory, 'marked-disk.ts')] };
  const directory = await cached('disk', inputs, async (working) => {
    const image = join(working, 'disk.raw');
    const esp = join(working, 'esp.img');
    await run('truncate', ['-s', `${DISK_GIB}G`, image]);
    await run('sgdisk', [`--new=1:${ESP_START}:+${ESP_MIB}M`, '--typecode=1:ef00', image]);
    await makeEsp(base, working, esp);
    const partition = [`of=${image}`, `if=${esp}`, `bs=${SECTOR}`, `seek=${ESP_START}`];
    await run('dd', [...partition, 'conv=notrunc,sparse', 'status=none']);
    await writeBootSector(image);
    await run('rm', ['-r', esp, join(working, 'EFI')]);
  });
  return join(directory, 'disk.raw');
}

async function makeEsp(base: string, working: string, esp: string): Promise<void> {
  const efi = join(working, 'EFI');
  for (const folder of ['BOOT', 'debian']) await mkdir(join(efi, folder), { recursive: true });
  await run('cp', [join(base, 'usr/lib/shim/shimx64.efi.signed'), join(efi, 'BOOT/BOOTX64.EFI')]);
  const grub = join(base, 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed');
  await run('cp', [grub, join(efi, 'BOOT/grubx64.efi')]);
  // The signed GRUB looks for its configuration in /EFI/debian of the device it came from.
  await writeFile(join(efi, 'debian/grub.cfg'), `echo "${DISK_MARK}"\nsleep 600\n`);
  await run('truncate', ['-s', `${ESP_MIB}M`, esp]);
  await run('mkfs.vfat', ['--invariant', '-n', 'ESP', esp]);
  await run('mcopy', ['-s', '-i', esp, efi, '::/']);
}

/** Boot code of the protective MBR (its first 440 bytes): writes the mark to COM1, then stops. */
async function writeBootSector(image: string): Promise<void> {
  const code = Buffer.from([
    ...[0x31, 0xc0, 0x8e, 0xd8], // xor ax,ax; mov ds,ax
    ...[0xbe, 0x15, 0x7c], // mov si,0x7c15: the text after the code
    ...[0xba, 0xf8, 0x03], // mov dx,0x3f8: COM1
    ...[0xac, 0x84, 0xc0], // next: lodsb; test al,al
    ...[0x74, 0x03], // jz stop
    ...[0xee, 0xeb, 0xf8], // out dx,al; jmp next
    ...[0xf4, 0xeb, 0xfd], // stop: hlt; jmp stop
  ]);
  const text = Buffer.from(`\r\n${DISK_MARK}\r\n\0`, 'ascii');
  const file = await open(image, 'r+');
  try {
    await file.write(Buffer.concat([code, text]), 0, code.length + text.length, 0);
    // SeaBIOS starts a disk only with the signature; sgdisk wrote it with the protective MBR.
  } finally {
    await file.close();
  }
}
