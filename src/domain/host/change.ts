import { Problem } from '../error/problem.ts';
import type { Host, HostState } from './host.ts';
import { isHostName } from './name.ts';
import type { HostChange } from './request.ts';

/** Longest kernel command line addition; x86 kernels take 2,048 bytes in all. */
const MAX_KERNEL_ARGUMENTS_LENGTH = 1024;

/**
 * A host with an administrator's change applied.
 *
 * @throws Problem `input-invalid` naming the value and what is allowed
 */
export function changeHost(host: Host, change: HostChange): Host {
  check(change);
  const { name, macs, kernelArguments, labels } = change;
  return {
    ...host,
    ...(name === undefined ? {} : { name }),
    ...(macs === undefined ? {} : { macs }),
    ...(kernelArguments === undefined ? {} : { kernelArguments }),
    ...(labels === undefined ? {} : { labels }),
    uuid: pick(host.uuid, change.uuid),
    address: pick(host.address, change.address),
    assignment: pick(host.assignment, change.assignment),
    disk: pick(host.disk, change.disk),
    nic: pick(host.nic, change.nic),
    medium: pick(host.medium, change.medium),
    image: pick(host.image, change.image),
    loader: pick(host.loader, change.loader),
  };
}

/** States in which a host is being made or is a node: what made it so must not change under it. */
const SETTLED: readonly HostState[] = ['armed', 'installing', 'installed', 'igniting', 'joining', 'active'];

/** @throws Problem `host-state` naming what cannot change now */
export function refuseWhileSettled(host: Host, change: HostChange): void {
  if (!SETTLED.includes(host.state)) return;
  const { name, assignment, disk, nic, medium, image } = change;
  const asked = { name, assignment, disk, nic, medium, image };
  const fixed = Object.entries(asked).filter(([, value]) => value !== undefined);
  if (fixed.length === 0) return;
  const what = fixed.map(([key]) => key).join(', ');
  throw new Problem('host-state', `${host.name} is ${host.state}: its ${what} cannot change now.`, {
    remedy:
      host.state === 'armed'
        ? `Take the permission back first: hearth host cancel ${host.name}`
        : `Release it first, or wait until its install has ended: hearth host show ${host.name}`,
  });
}

function pick<T>(current: T | undefined, change: T | null | undefined): T | undefined {
  if (change === undefined) return current;
  return change ?? undefined;
}

function check(change: HostChange): void {
  if (change.name !== undefined && !isHostName(change.name)) {
    throw invalid(
      `Host name "${change.name}" is not a DNS label.`,
      'Use lower-case letters, digits and hyphens, 63 at most.',
    );
  }
  if (change.macs?.length === 0)
    throw invalid('A host needs at least one MAC address.', 'Give it with --mac.');
  if (change.disk !== undefined && change.disk !== null && !isDiskName(change.disk)) {
    throw invalid(
      `Disk "${change.disk}" is not a disk name.`,
      'Use a kernel name such as vda or nvme0n1, or a path under /dev/disk/by-id/.',
    );
  }
  if (change.nic !== undefined && change.nic !== null && !/^[A-Za-z0-9][\w.@-]{0,14}$/.test(change.nic)) {
    throw invalid(
      `Interface "${change.nic}" is not an interface name.`,
      'Use the name Linux shows, such as enp1s0.',
    );
  }
  for (const argument of change.kernelArguments ?? []) checkKernelArgument(argument);
  if ((change.kernelArguments ?? []).join(' ').length > MAX_KERNEL_ARGUMENTS_LENGTH) {
    throw invalid(
      'The kernel arguments are too long.',
      `Keep them under ${MAX_KERNEL_ARGUMENTS_LENGTH} characters together.`,
    );
  }
}

/** Names and by-id paths only: the value lands in Kickstart commands. */
export function isDiskName(text: string): boolean {
  return /^([a-z0-9]{2,32}|\/dev\/disk\/by-(id|path)\/[A-Za-z0-9_.:+@=-]{1,200})$/.test(text);
}

/**
 * Ironic's CVE-2026-46447: a line break inside a kernel argument became a line of the boot script. Only printable
 * ASCII that means nothing to iPXE, GRUB or Kickstart is let through.
 */
function checkKernelArgument(argument: string): void {
  if (!/^[A-Za-z0-9_.,:=/@%+\-[\]]{1,256}$/.test(argument)) {
    throw invalid(
      `Kernel argument ${JSON.stringify(argument)} has a character that is not allowed.`,
      'Use letters, digits and . , : = / @ % + - [ ] _ only; give each argument on its own.',
    );
  }
}

function invalid(message: string, remedy: string): Problem {
  return new Problem('input-invalid', message, { remedy });
}
