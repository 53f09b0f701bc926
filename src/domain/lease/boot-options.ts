import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { textBytes } from '../../protocol/dhcp/option-value.ts';
import { EMPTY } from '../../protocol/dhcp/packet.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import { PXE_BYPASS_DISCOVERY } from '../../protocol/dhcp/pxe.ts';
import { clientSystem } from '../boot/architecture.ts';
import type { BootTransport, ClientSystem } from '../boot/architecture.ts';
import type { MachineRequest } from '../boot/machine.ts';
import { LOCAL_DISK_FILE } from '../boot/plan.ts';
import type { BootPlan } from '../boot/plan.ts';
import type { Client } from './client.ts';
import type { NetworkAnswers } from './network-answers.ts';

/** The seam to the boot plan: the appliance looks the host up and asks `planBoot`. */
export type BootPlanner = (request: MachineRequest) => BootPlan;

/** The boot part of a reply. */
export interface BootAnswer {
  readonly siaddr: number;
  readonly sname: Uint8Array;
  readonly file: Uint8Array;
  /** Sent whether the client asked for them or not: PXE ROMs leave 67 out of their list and read it all the same. */
  readonly options: readonly (readonly [number, Uint8Array])[];
  /** What the client was told, in words. */
  readonly reason: string;
}

const FILE_BYTES = 128;
const NO_PXE_DHCP = Uint8Array.of(0xb0, 1, 1);

/** Prefixes registered to Raspberry Pi (IEEE MA-L). */
const RASPBERRY_PI: readonly string[] = [
  '28:cd:c1',
  '2c:cf:67',
  '88:a2:9e',
  'b8:27:eb',
  'd8:3a:dd',
  'dc:a6:32',
  'e4:5f:01',
];

/** The boot ROM of a Raspberry Pi says type 0, x86 BIOS, and is an Arm machine that runs nothing we could name. */
function isRaspberryPi(mac: string | undefined): boolean {
  return mac !== undefined && RASPBERRY_PI.includes(mac.slice(0, 8));
}

/** What a boot client's firmware can run; some say it in the vendor class only. */
export function systemOf(client: Client): ClientSystem | undefined {
  const { pxe, mac } = client;
  if (pxe === undefined) return undefined;
  if (!pxe.ipxe && pxe.architectures[0] === 0 && isRaspberryPi(mac)) return undefined;
  const system = clientSystem(pxe.architectures);
  // HTTPClient firmware that sends a PXE type (or the PXE type beside the HTTP one) still fetches by HTTP only.
  if (system !== undefined && pxe.class === 'HTTPClient') return { ...system, transport: 'http' };
  return system;
}

/** The question a boot client's packet puts to the boot plan. */
export function machineRequestOf(client: Client, network: NetworkAnswers): MachineRequest | undefined {
  const { pxe, mac } = client;
  if (pxe === undefined || mac === undefined) return undefined;
  const system = systemOf(client);
  const script = pxe.ipxe && !pxe.ipxeWithoutHttp;
  return {
    mac,
    uuid: client.uuid,
    program: pxe.ipxe ? 'ipxe' : 'firmware',
    question: script ? 'script-location' : 'first-file',
    architecture: system?.architecture,
    transport: system?.transport ?? (pxe.class === 'HTTPClient' ? 'http' : 'tftp'),
    server: network.network.address,
  };
}

/**
 * Renders the plan for a boot client into header fields and options; undefined for a client that does not boot from
 * the network or is to be left alone.
 *
 * The file is named in the header field and in option 67, the server in siaddr and option 66: ROMs differ in which they
 * read (RFC 4578 says options, most of the field follows RFC 951), and some ignore siaddr when 66 is there.
 */
export function bootAnswer(
  packet: DhcpPacket,
  client: Client,
  network: NetworkAnswers,
  planner: BootPlanner,
  httpPort: number,
): BootAnswer | string | undefined {
  const request = machineRequestOf(client, network);
  if (request === undefined) return undefined;
  const plan = planner(request);
  const location = locationOf(plan, request, httpPort);
  if (location === undefined) return plan.kind === 'ignore' ? plan.reason : `the boot plan is ${plan.kind}`;
  const name = textBytes(location);
  const server = textBytes(ipv4FromNumber(network.nextServer));
  const options: [number, Uint8Array][] = [];
  const pxeClass = client.pxe?.class;
  if (pxeClass !== undefined) options.push([OptionCode.vendorClass, textBytes(pxeClass)]);
  // RFC 4578 §2.3 and PXE 2.1: the identifier goes back as it came, if it came.
  const uuid = packet.options.get(OptionCode.clientUuid);
  if (uuid !== undefined) options.push([OptionCode.clientUuid, uuid]);
  options.push([OptionCode.tftpServerName, server], [OptionCode.bootFileName, name]);
  if (plan.kind === 'script-location') {
    // iPXE otherwise waits for proxyDHCP offers after ours; 0xb0 is its no-pxedhcp setting.
    options.push([OptionCode.etherboot, NO_PXE_DHCP]);
  } else if (pxeClass === 'PXEClient') options.push([OptionCode.vendorEncapsulated, PXE_BYPASS_DISCOVERY]);
  return {
    siaddr: network.nextServer,
    sname: server,
    // A longer name only fits the option; cut off it would be a wrong one.
    file: name.length < FILE_BYTES ? name : EMPTY,
    options,
    reason: plan.kind === 'local-disk' ? `to start its local disk: ${plan.reason}` : `to start ${location}`,
  };
}

function locationOf(
  plan: BootPlan,
  { server, transport }: MachineRequest,
  httpPort: number,
): string | undefined {
  // EDK2's HTTP Boot takes an absolute URL with a literal address only when DNS is not offered, and follows no redirect:
  // the exact path of the file.
  const file = (name: string, by: BootTransport): string =>
    by === 'http' ? `http://${server}:${httpPort}/first-stage/${name}` : name;
  switch (plan.kind) {
    case 'first-stage':
      return file(plan.file, plan.transport);
    case 'local-disk':
      return file(LOCAL_DISK_FILE, transport);
    case 'script-location':
      return `http://${server}:${httpPort}${plan.path}`;
    case 'ignore':
    case 'wait':
    case 'install':
      return undefined;
  }
}
