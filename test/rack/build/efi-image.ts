import { writeFile } from 'node:fs/promises';
import { run } from './exec.ts';

/** images/efiboot.img: a FAT file system with the EFI folder, the El Torito image of UEFI machines. */
export async function makeEfiImage(efi: string, image: string): Promise<void> {
  const [kib = '0'] = (await run('du', ['-sk', efi])).split('\t');
  const size = Math.ceil((Number(kib) * 1.1 + 2048) / 1024) * 1024 * 1024;
  await writeFile(image, Buffer.alloc(size));
  await run('mkfs.vfat', ['-n', 'ANACONDA', '--invariant', image]);
  await run('mcopy', ['-s', '-i', image, efi, '::/']);
}
