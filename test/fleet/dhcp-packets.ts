import { macToBytes } from '../../src/protocol/address/mac.ts';
import { MessageType } from '../../src/protocol/dhcp/message-type.ts';
import { OptionCode } from '../../src/protocol/dhcp/option-code.ts';
import { textBytes, uint16Bytes, uint32Bytes } from '../../src/protocol/dhcp/option-value.ts';
import { BOOTREQUEST, BROADCAST_FLAG, EMPTY } from '../../src/protocol/dhcp/packet.ts';
import type { DhcpPacket } from '../../src/protocol/dhcp/packet.ts';
import { uuidBytes } from './machine.ts';
import type { FleetMachine } from './machine.ts';

/** Which program of a machine asks: each has other options and another client identifier. */
export type DhcpProgram = 'firmware' | 'ipxe' | 'system';

type Options = readonly (readonly [number, Uint8Array])[];

/** What EDK2 and SeaBIOS's iPXE ROM ask for; see test/golden/dhcp. */
const FIRMWARE_LIST = Uint8Array.of(1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135); // prettier-ignore
const IPXE_LIST = Uint8Array.of(1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203); // prettier-ignore
/** NetworkManager's, in installers and in the initramfs. */
const SYSTEM_LIST = Uint8Array.of(1, 2, 3, 6, 12, 15, 17, 26, 28, 33, 40, 41, 42, 119, 121, 249, 252);

const MAX_MESSAGE = uint16Bytes(1472);

export interface Question {
  readonly machine: FleetMachine;
  readonly program: DhcpProgram;
  readonly xid: number;
  /** Seconds since the client began. */
  readonly secs: number;
}

export function discoverPacket(question: Question): DhcpPacket {
  return packet(question, MessageType.discover, []);
}

/** The REQUEST in SELECTING state (RFC 2131 §4.3.2) for what a server offered. */
export function requestPacket(question: Question, address: number, server: number): DhcpPacket {
  return packet(question, MessageType.request, [
    [OptionCode.requestedAddress, uint32Bytes(address)],
    [OptionCode.serverIdentifier, uint32Bytes(server)],
  ]);
}

/**
 * All machines of the fleet share one device, which cannot take a unicast to an address it does not have yet: the
 * BROADCAST flag is set in every state, as EDK2 does and iPXE does not.
 */
function packet({ machine, program, xid, secs }: Question, type: number, options: Options): DhcpPacket {
  const chaddr = new Uint8Array(16);
  chaddr.set(macToBytes(machine.mac));
  return {
    op: BOOTREQUEST,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs,
    flags: BROADCAST_FLAG,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr,
    sname: EMPTY,
    file: EMPTY,
    options: new Map([
      [OptionCode.messageType, Uint8Array.of(type)],
      ...options,
      [OptionCode.maxMessageSize, MAX_MESSAGE],
      ...programOptions(machine, program),
    ]),
  };
}

function programOptions(machine: FleetMachine, program: DhcpProgram): Options {
  const hardware = Uint8Array.of(1, ...macToBytes(machine.mac));
  if (program === 'system') {
    return [
      [OptionCode.parameterRequestList, SYSTEM_LIST],
      [OptionCode.clientIdentifier, hardware],
    ];
  }
  const architecture = machine.firmware === 'uefi' ? 7 : 0;
  const vendorClass = `PXEClient:Arch:${String(architecture).padStart(5, '0')}:UNDI:003000`;
  const pxe: Options = [
    [OptionCode.parameterRequestList, program === 'ipxe' ? IPXE_LIST : FIRMWARE_LIST],
    [OptionCode.clientUuid, Uint8Array.of(0, ...uuidBytes(machine.mac))],
    [OptionCode.clientNdi, Uint8Array.of(1, 3, 0)],
    [OptionCode.clientSystem, uint16Bytes(architecture)],
    [OptionCode.vendorClass, textBytes(vendorClass)],
  ];
  if (program === 'firmware') return pxe;
  return [...pxe, [OptionCode.userClass, textBytes('iPXE')], [OptionCode.clientIdentifier, hardware]];
}
