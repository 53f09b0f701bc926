import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host } from '../host/host.ts';
import { kernelArgument } from './quote.ts';
import type { ScriptTemplates } from './script.ts';

/** OCK needs boot, ESP and the image with room to grow; a smaller disk is a boot stick or a BMC's virtual drive. */
const MINIMUM_DISK_BYTES = 3 * 1024 ** 3;

export interface KickstartInput {
  readonly host: Host;
  /** The interface that booted. */
  readonly mac: MacAddress;
  /** `http://ADDRESS:PORT/t/TOKEN`, without a slash at the end. */
  readonly tokenUrl: string;
  readonly imageUrl: string;
  readonly ref: string;
  readonly systemArguments: readonly string[];
}

/**
 * The Kickstart of one host for one install.
 *
 * Every value is from a closed set of characters that neither Kickstart, the shell in its scripts nor the kernel
 * command line give a meaning to; anything else is refused before it gets here or by `kernelArgument`.
 */
export function renderKickstart(input: KickstartInput, templates: ScriptTemplates): string {
  const { host } = input;
  const hostName = kernelArgument(host.name);
  const reportFunction = templates.render('report.sh.ejs', { tokenUrl: kernelArgument(input.tokenUrl) });
  const preScript = templates.render('pre.sh.ejs', {
    hostName,
    disk: host.disk === undefined ? '' : kernelArgument(host.disk),
    minimumDiskBytes: MINIMUM_DISK_BYTES,
    systemArguments: input.systemArguments.map(kernelArgument),
  });
  return templates.render('ock.ks.ejs', {
    hostName,
    bootMac: input.mac,
    imageUrl: kernelArgument(input.imageUrl),
    ref: kernelArgument(input.ref),
    reportFunction,
    preScript,
  });
}
