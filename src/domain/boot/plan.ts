import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host } from '../host/host.ts';
import type { Instant } from '../time/clock.ts';
import type { BootTransport } from './architecture.ts';
import { firstStageFile } from './first-stage.ts';
import type { FirstStageFile } from './first-stage.ts';
import type { MachineRequest } from './machine.ts';

/** What a machine is told to do. Every protocol handler renders this and decides nothing itself. */
export type BootPlan =
  /** Say nothing about booting; the machine may still get an address. */
  | { readonly kind: 'ignore'; readonly reason: string }
  /** Start this program, fetched by this transport. */
  | { readonly kind: 'first-stage'; readonly file: FirstStageFile; readonly transport: BootTransport }
  /** The script is at this path on the provisioning listener. */
  | { readonly kind: 'script-location'; readonly path: string }
  /** Tell the console why, then ask again. */
  | { readonly kind: 'wait'; readonly reason: string; readonly retrySeconds: number }
  /** Go on to the local disk. Firmware is told so by a file that is not there: see `LOCAL_DISK_FILE`. */
  | { readonly kind: 'local-disk'; readonly reason: string }
  /** Start the installer of this medium for this one install. */
  | { readonly kind: 'install'; readonly host: Host; readonly medium: string; readonly installId: string };

/** What else the decision depends on. */
export interface BootCircumstances {
  readonly host: Host | undefined;
  /** Whether this medium is in the library right now. */
  readonly hasMedium: (name: string) => boolean;
  /** Whether a first stage is on this machine or some medium. */
  readonly hasFile: (file: FirstStageFile) => boolean;
  readonly now: Instant;
}

const RETRY_SECONDS = 15;

/**
 * The name that UEFI firmware is given when its host is to start the local disk. Nothing is served under it, on purpose: at
 * "not found" EDK2 goes on to its next boot option at once, by TFTP and by HTTP. The other ways, measured in OVMF
 * (docs/decisions/boot-matrix.md), are worse:
 * - an iPXE that only ends again costs 10 to 20 s, and `ipxe.efi` hangs when it gives the card back;
 * - a GRUB without Red Hat's `exit` patch ends with success, upon which the firmware stops in its menu;
 * - an answer without a file is no answer to firmware, which goes on asking.
 *
 * A BIOS is not treated so: its iPXE starts the first disk, whatever the ROM thinks of errors.
 */
export const LOCAL_DISK_FILE = 'local-disk';

/**
 * Decides what a machine boots. Pure: the same request and circumstances give the same plan, so DHCP, proxyDHCP, TFTP,
 * iPXE, GRUB and HTTP can never disagree (the failure of tinkerbell/tinkerbell#223).
 */
export function planBoot(request: MachineRequest, circumstances: BootCircumstances): BootPlan {
  switch (request.question) {
    case 'first-file':
      return planFirstFile(request, circumstances);
    case 'script-location':
      return { kind: 'script-location', path: scriptPath(request) };
    case 'script':
      return planScript(request, circumstances);
  }
}

/** Where the script of a machine is: `/boot/52-54-00-12-34-56/ipxe`. Hyphens, as iPXE's `${mac:hexhyp}` writes them. */
export function scriptPath(request: { readonly mac: MacAddress; readonly program: string }): string {
  const script = request.program === 'grub' ? 'grub' : 'ipxe';
  return `/boot/${request.mac.replaceAll(':', '-')}/${script}`;
}

function planFirstFile(request: MachineRequest, circumstances: BootCircumstances): BootPlan {
  const { host, hasFile } = circumstances;
  const { architecture, transport } = request;
  if (architecture === undefined) {
    return { kind: 'ignore', reason: 'its architecture (option 93) is not one Hearth has a first stage for' };
  }
  if (request.program === 'firmware' && architecture !== 'bios-x86') {
    const script = planScript(request, circumstances);
    if (script.kind === 'local-disk') return script;
  }
  const file = firstStageFile(architecture, host?.loader, hasFile);
  if (file !== undefined) return { kind: 'first-stage', file, transport };
  return {
    kind: 'ignore',
    reason: `there is no first stage for ${architecture} on the appliance; see \`hearth doctor\``,
  };
}

function planScript(request: MachineRequest, { host, hasMedium, now }: BootCircumstances): BootPlan {
  if (host === undefined || host.state === 'discovered') {
    return wait(
      `${request.mac} is not registered yet. Accept it in the Hearth UI or with: hearth host accept`,
    );
  }
  switch (host.state) {
    case 'armed':
    case 'installing':
      return planInstall(host, hasMedium, now);
    case 'registered':
      return { kind: 'local-disk', reason: `${host.name} is registered but not armed for an install` };
    case 'failed':
      return {
        kind: 'local-disk',
        reason: `${host.name} failed: ${host.failure?.reason ?? 'no reason recorded'}`,
      };
    case 'released':
      return wait(`${host.name} was released. Accept it again in the Hearth UI to use it.`);
    case 'installed':
    case 'igniting':
    case 'joining':
    case 'active':
      return { kind: 'local-disk', reason: `${host.name} is ${host.state}` };
  }
}

function planInstall(host: Host, hasMedium: (name: string) => boolean, now: Instant): BootPlan {
  const { install } = host;
  if (install === undefined) return { kind: 'local-disk', reason: `${host.name} has no install to run` };
  if (host.state === 'armed' && now >= install.armedUntil) {
    return { kind: 'local-disk', reason: `the time to install ${host.name} ran out. Arm it again.` };
  }
  if (!hasMedium(install.medium))
    return wait(`medium ${install.medium} for ${host.name} is missing. Import it again.`);
  return { kind: 'install', host, medium: install.medium, installId: install.id };
}

function wait(reason: string): BootPlan {
  return { kind: 'wait', reason, retrySeconds: RETRY_SECONDS };
}
