import { Problem } from '../error/problem.ts';

/**
 * Quoting for the languages boot scripts are written in. Nothing is silently dropped: a value that cannot be carried
 * safely is refused, since a boot script that differs from what was asked is worse than none (Ironic's CVE-2026-46447
 * came from a value with a line break).
 */

/**
 * Text for the console, as an argument of `echo`. Every character that iPXE or GRUB gives a meaning (`$`, quotes,
 * backslash, `&`, `|`, `;`, braces, `#`, `<`, `>`, `` ` ``) and everything that is not printable ASCII becomes `?`.
 */
export function consoleText(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 .,:()/_@=+%*-]/g, '?').slice(0, 300);
}

/**
 * One argument of a kernel command line, or a URL. Passes unchanged through iPXE, GRUB and the kernel, none of which
 * sees anything to interpret in these characters.
 *
 * @throws Problem `input-invalid`
 */
export function kernelArgument(argument: string): string {
  if (/^[A-Za-z0-9_.,:=/@%+\-[\]]{1,512}$/.test(argument)) return argument;
  throw new Problem(
    'input-invalid',
    `Kernel argument ${JSON.stringify(argument)} has a character that is not allowed.`,
  );
}
