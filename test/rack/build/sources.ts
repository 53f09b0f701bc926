import { join } from 'node:path';

/** Folders of this builder, for content hashes and for copying into guests. */
export const buildDirectory = import.meta.dirname;
export const guestDirectory = join(import.meta.dirname, '../guest');
export const sharedFiles = join(guestDirectory, 'shared');
