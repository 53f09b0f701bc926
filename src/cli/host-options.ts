import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { parseIpv4 } from '../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../protocol/address/ipv4.ts';
import { parseMac } from '../protocol/address/mac.ts';
import type { MacAddress } from '../protocol/address/mac.ts';
import { isDiskName } from '../domain/host/change.ts';
import type { HostChange } from '../domain/host/request.ts';
import { isHostName } from '../domain/host/name.ts';
import { Problem } from '../domain/error/problem.ts';
import type { LoaderChoice } from '../domain/boot/first-stage.ts';
import type { NodeRole } from '../domain/host/host.ts';
import type { CommonOptions } from './command.ts';

/** The flags that describe a host, as `add`, `accept` and `assign` take them. */
export interface HostOptions extends CommonOptions {
  readonly mac?: readonly MacAddress[];
  readonly address?: Ipv4Address | 'none';
  readonly cluster?: string;
  readonly role?: NodeRole;
  readonly disk?: string;
  readonly nic?: string;
  readonly medium?: string;
  readonly image?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly kernelArg?: readonly string[];
  readonly loader?: LoaderChoice;
}

export function addHostOptions(command: Command): Command {
  return command
    .option(
      '--address <ip>',
      'reserve this address for it; "none" takes the reservation back',
      orNone(address),
    )
    .option('--cluster <name>', 'cluster it becomes a node of; "none" takes it out')
    .addOption(new Option('--role <role>', 'what it is there').choices(['control-plane', 'worker']))
    .option(
      '--disk <disk>',
      'disk to install on: vda, nvme0n1 or /dev/disk/by-id/…; "none" means the only disk',
      orNone(disk),
    )
    .option('--nic <name>', 'interface for the node\'s address; "none" means the one it booted from')
    .option('--medium <name>', 'installer medium; "none" means the only one')
    .option('--image <name>', 'operating system image; "none" means the only one')
    .option('--label <key=value>', 'a label; repeat for more, "none" removes all', label)
    .option(
      '--kernel-arg <argument>',
      'a kernel argument; repeat for more, "none" removes all',
      kernelArgument,
    )
    .addOption(new Option('--loader <loader>', 'first stage').choices(['ipxe', 'snponly', 'grub']));
}

/**
 * What the flags change.
 *
 * @throws Problem `input-invalid` when only one of cluster and role is given
 */
export function hostChange(options: HostOptions): HostChange {
  return {
    macs: options.mac,
    address: clearable(options.address),
    assignment: assignment(options),
    disk: clearable(options.disk),
    nic: clearable(options.nic),
    medium: clearable(options.medium),
    image: clearable(options.image),
    labels: options.label,
    kernelArguments: options.kernelArg,
    loader: options.loader,
  };
}

function assignment({ cluster, role }: HostOptions): HostChange['assignment'] {
  if (cluster === 'none') return null;
  if (cluster === undefined && role === undefined) return undefined;
  if (cluster !== undefined && role !== undefined) return { cluster, role };
  throw new Problem(
    'input-invalid',
    cluster === undefined ? '--role needs --cluster.' : '--cluster needs --role.',
    {
      remedy: 'Give both: --cluster NAME --role control-plane|worker.',
    },
  );
}

/** `none` clears a value, as null does at the API; commander itself turns a null into an empty text. */
function clearable<T extends string>(value: T | 'none' | undefined): T | null | undefined {
  return value === 'none' ? null : value;
}

function orNone<T>(read: (text: string) => T): (text: string) => T | 'none' {
  return (text) => (text === 'none' ? text : read(text));
}

export function mac(text: string, before: readonly MacAddress[] = []): readonly MacAddress[] {
  const address = parseMac(text);
  if (address === undefined) throw new InvalidArgumentError('Write a MAC address as 52:54:00:12:34:56.');
  return [...before, address];
}

export function hostName(text: string): string {
  if (!isHostName(text))
    throw new InvalidArgumentError('A host name has lower-case letters, digits and hyphens, 63 at most.');
  return text;
}

function address(text: string): Ipv4Address {
  const parsed = parseIpv4(text);
  if (parsed === undefined) throw new InvalidArgumentError('Write an IPv4 address as 10.20.0.11.');
  return parsed;
}

function disk(text: string): string {
  if (!isDiskName(text))
    throw new InvalidArgumentError(
      'Use a kernel name such as vda or nvme0n1, or a path under /dev/disk/by-id/.',
    );
  return text;
}

function label(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  if (text === 'none') return {};
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write a label as KEY=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function kernelArgument(text: string, before: readonly string[] = []): readonly string[] {
  return text === 'none' ? [] : [...before, text];
}
