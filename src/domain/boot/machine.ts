import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { BootArchitecture, BootTransport } from './architecture.ts';

/** The program that speaks for the machine right now. */
export type BootProgram = 'firmware' | 'ipxe' | 'grub';

/**
 * What a machine asks for:
 * - `first-file`: firmware wants the name of its first program (DHCP, proxyDHCP, port 4011);
 * - `script-location`: a running iPXE or GRUB wants to know where its script is (DHCP);
 * - `script`: a running iPXE or GRUB fetches the script itself (HTTP, TFTP).
 */
export type BootQuestion = 'first-file' | 'script-location' | 'script';

/** One request of one machine, as its packet or URL told it; nothing here is authenticated. */
export interface MachineRequest {
  readonly mac: MacAddress;
  readonly uuid?: string | undefined;
  readonly program: BootProgram;
  readonly question: BootQuestion;
  readonly architecture?: BootArchitecture | undefined;
  readonly transport: BootTransport;
  /** The appliance's own address that this machine reaches: every URL it is told starts here. */
  readonly server: Ipv4Address;
}
