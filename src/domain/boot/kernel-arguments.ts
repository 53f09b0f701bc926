import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Host } from '../host/host.ts';
import { kernelArgument } from './quote.ts';

/**
 * Both the screen and the first serial port, the serial one last so that it is /dev/console: racks are read over
 * serial-over-LAN, and OCK's own images use it. A `console=` of the host replaces both.
 */
const CONSOLES = ['console=tty0', 'console=ttyS0,115200n8'];

/** Where one install finds its things, as the machine reaches them. */
export interface InstallLocations {
  readonly kickstart: string;
  readonly stage2: string;
  readonly ignition: string;
}

/** The provisioning listener as a machine reaches it. */
export interface ProvisioningAddress {
  readonly server: Ipv4Address;
  readonly port: number;
}

export function provisioningUrl({ server, port }: ProvisioningAddress, path: string): string {
  return `http://${server}:${port}${path}`;
}

/**
 * The installer's command line. `BOOTIF` keeps Anaconda on the interface that booted; `inst.gpt` because OCK's
 * `move-gpt-header` needs GPT on BIOS machines too.
 */
export function installerArguments(host: Host, mac: MacAddress, at: InstallLocations): readonly string[] {
  return [
    `inst.ks=${at.kickstart}`,
    `inst.stage2=${at.stage2}`,
    'inst.text',
    'inst.gpt',
    'ip=dhcp',
    bootif(mac),
    ...consoleArguments(host),
    ...host.kernelArguments,
  ].map(kernelArgument);
}

/**
 * The installed system's command line; Ignition in the initramfs needs the network (OCK's documented kickstart). Of
 * several cards dracut takes the one of `BOOTIF` only (its net-genrules: "BOOTIF says everything, use only that one"):
 * names may differ between the installer's kernel and OCK's, the MAC does not.
 */
export function systemArguments(host: Host, mac: MacAddress, at: InstallLocations): readonly string[] {
  return [
    'rw',
    ...(host.nic === undefined ? ['ip=dhcp', bootif(mac)] : [`ip=${host.nic}:dhcp`]),
    'rd.neednet=1',
    'ignition.platform.id=metal',
    `ignition.config.url=${at.ignition}`,
    'ignition.firstboot=1',
    ...consoleArguments(host),
    ...host.kernelArguments,
  ].map(kernelArgument);
}

/** The leading 01 is the ARP hardware type for Ethernet, as PXELINUX writes BOOTIF. */
function bootif(mac: MacAddress): string {
  return `BOOTIF=01-${mac.replaceAll(':', '-')}`;
}

function consoleArguments(host: Host): readonly string[] {
  return host.kernelArguments.some((argument) => argument.startsWith('console=')) ? [] : CONSOLES;
}
