import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { MessageType, messageTypeName } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { optionByCode } from '../../protocol/dhcp/option-registry.ts';
import { addressOption, messageType, textOption } from '../../protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import type { BootArchitecture } from '../boot/architecture.ts';
import { systemOf } from './boot-options.ts';
import { clientOf } from './client.ts';

const ARCHITECTURES: Readonly<Record<BootArchitecture, string>> = {
  'bios-x86': 'an x86 machine with BIOS firmware',
  'uefi-x86': 'a 32-bit x86 machine with UEFI firmware',
  'uefi-x64': 'an x86-64 machine with UEFI firmware',
  'uefi-arm32': 'a 32-bit Arm machine with UEFI firmware',
  'uefi-arm64': 'an Arm 64-bit machine with UEFI firmware',
};

/** What kind of machine sent a packet: "is an x86-64 machine with UEFI firmware, boots by PXE". */
export function describeMachine(packet: DhcpPacket): string | undefined {
  const client = clientOf(packet);
  const pxe = client?.pxe;
  if (client === undefined || pxe === undefined) return undefined;
  const architecture = systemOf(client)?.architecture;
  const types = pxe.architectures.join(', ');
  const kind =
    architecture !== undefined
      ? `is ${ARCHITECTURES[architecture]}`
      : `is a machine of an architecture that Hearth cannot start (option 93: ${types === '' ? 'missing' : types})`;
  const program = pxe.ipxe
    ? 'runs iPXE'
    : pxe.class === 'HTTPClient'
      ? 'boots by UEFI HTTP Boot'
      : 'boots by PXE';
  const uuid = client.uuid === undefined ? 'sends no UUID' : `has UUID ${client.uuid}`;
  return `${kind}, ${program}, ${uuid}`;
}

/** What a packet asks: "REQUEST for 10.20.0.7 from server 10.20.0.1, through relay 10.30.0.1". */
export function describeQuestion(packet: DhcpPacket): string {
  const parts = [messageTypeName(messageType(packet))];
  const requested = addressOption(packet, OptionCode.requestedAddress);
  const server = addressOption(packet, OptionCode.serverIdentifier);
  if (requested !== undefined) parts.push(`for ${ipv4FromNumber(requested)}`);
  if (packet.ciaddr !== 0) parts.push(`as ${ipv4FromNumber(packet.ciaddr)}`);
  if (server !== undefined) parts.push(`to server ${ipv4FromNumber(server)}`);
  if (packet.giaddr !== 0) parts.push(`through relay ${ipv4FromNumber(packet.giaddr)}`);
  const state = stateOf(packet, requested, server);
  const details = [
    ...(state === undefined ? [] : [state]),
    ...named('vendor class', textOption(packet, OptionCode.vendorClass)),
    ...named('host name', textOption(packet, OptionCode.hostName)),
    ...(packet.secs > 0 ? [`trying for ${packet.secs} s`] : []),
    ...wanted(packet.options.get(OptionCode.parameterRequestList)),
  ];
  return details.length === 0 ? parts.join(' ') : `${parts.join(' ')} (${details.join('; ')})`;
}

function named(what: string, text: string | undefined): readonly string[] {
  return text === undefined || text === '' ? [] : [`${what} "${text.slice(0, 64)}"`];
}

/** RFC 2131 table 4. */
function stateOf(
  packet: DhcpPacket,
  requested: number | undefined,
  server: number | undefined,
): string | undefined {
  if (messageType(packet) !== MessageType.request) return undefined;
  if (server !== undefined) return 'it chose an offer';
  if (requested !== undefined) return 'it restarted and asks for its old address';
  return 'it renews';
}

const MAX_NAMED = 12;

function wanted(list: Uint8Array | undefined): readonly string[] {
  if (list === undefined || list.length === 0) return [];
  const names = Array.from(list.subarray(0, MAX_NAMED), (code) => optionByCode(code)?.name ?? String(code));
  const more = list.length > MAX_NAMED ? ` and ${list.length - MAX_NAMED} more` : '';
  return [`wants ${names.join(', ')}${more}`];
}
