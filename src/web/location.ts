import { fileURLToPath } from 'node:url';

// Beside this file both in src and in dist, where the build copies them.
/** Folder of the EJS views. */
export const VIEWS = fileURLToPath(new URL('./views/', import.meta.url));
/** Folder of styles and browser scripts. */
export const STATIC = fileURLToPath(new URL('./static/', import.meta.url));
