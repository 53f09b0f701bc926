import { encodeInline } from './data-url.ts';
import type { IgnitionFile } from './config.ts';

export interface FileOptions {
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** Owner and group of this name; root when absent. */
  readonly owner?: string;
}

/** A file with inline contents that replaces whatever the image has at that path. */
export function inlineFile(path: string, contents: string | Uint8Array, options: FileOptions): IgnitionFile {
  const owner = options.owner === undefined ? {} : { name: options.owner };
  return {
    group: { ...owner },
    overwrite: true,
    path,
    user: { ...owner },
    contents: { ...encodeInline(contents), verification: {} },
    mode: options.mode,
  };
}
