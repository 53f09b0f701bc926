/** What an iPXE would do with a script of the appliance. */
export type ScriptOutcome =
  | {
      readonly kind: 'install';
      readonly kernel: string;
      readonly initrd: string;
      readonly arguments: readonly string[];
    }
  | { readonly kind: 'local-disk' }
  | { readonly kind: 'wait' };

/**
 * Reads a script as far as the templates in `boot-templates/` need it: the kernel with its arguments and the initrd, or
 * the way to the local disk, or the loop that asks again.
 *
 * @throws Error when it is none of these
 */
export function readIpxeScript(script: string): ScriptOutcome {
  const lines = script.split('\n').map((line) => line.trim());
  if (lines[0] !== '#!ipxe') throw new Error('this is no iPXE script');
  const kernel = commandIn(lines, 'kernel');
  const initrd = commandIn(lines, 'initrd');
  if (kernel !== undefined && initrd !== undefined) {
    const [location = '', ...words] = kernel;
    return {
      kind: 'install',
      kernel: location,
      initrd: initrd.at(-1) ?? '',
      arguments: words.filter((word) => !word.startsWith('initrd=')),
    };
  }
  if (lines.some((line) => line.includes('sanboot'))) return { kind: 'local-disk' };
  if (lines.some((line) => line.startsWith('chain '))) return { kind: 'wait' };
  throw new Error('this script does nothing that is known here');
}

/** The words of a command, without what happens when it fails. */
function commandIn(lines: readonly string[], command: string): readonly string[] | undefined {
  const line = lines.find((one) => one.startsWith(`${command} `));
  return line?.split(' || ')[0]?.split(/\s+/).slice(1);
}

/** The value of `name=value` among kernel arguments. @throws Error when it is not there */
export function kernelArgument(words: readonly string[], name: string): string {
  const word = words.find((one) => one.startsWith(`${name}=`));
  if (word === undefined) throw new Error(`the kernel is not told ${name}`);
  return word.slice(name.length + 1);
}
