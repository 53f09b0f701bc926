import type { MacAddress } from '../../protocol/address/mac.ts';
import { etherText, hexText } from '../../protocol/dhcp/hex.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { textOption } from '../../protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import { readPxeClient, readUuid } from '../../protocol/dhcp/pxe.ts';
import type { PxeClient } from '../../protocol/dhcp/pxe.ts';
import { readRelayAgentInformation } from '../../protocol/dhcp/relay-agent.ts';
import type { RelayAgentInformation } from '../../protocol/dhcp/relay-agent.ts';

/** Who sent a packet, read once per packet. */
export interface Client {
  /**
   * Names the client in the lease table. It is the hardware address whenever there is an Ethernet one, and only
   * otherwise the client identifier.
   *
   * RFC 2131 §4.2 has the identifier come first. A provisioning server cannot follow it: the ROM sends a UUID, iPXE
   * the MAC, dracut and NetworkManager an RFC 4361 DUID that is new at every install, and one host would burn four
   * leases (warewulf/warewulf#802). All of them come from one chaddr.
   */
  readonly key: string;
  readonly mac: MacAddress | undefined;
  readonly clientId: string | undefined;
  readonly pxe: PxeClient | undefined;
  readonly uuid: string | undefined;
  readonly hostName: string | undefined;
  readonly relay: RelayAgentInformation | undefined;
}

const ETHERNET = 1;
const MAX_HOST_NAME = 64;

/** Reads who sent a packet; undefined when it names itself in no way at all. */
export function clientOf(packet: DhcpPacket): Client | undefined {
  const identifier = packet.options.get(OptionCode.clientIdentifier);
  const mac = macOf(packet);
  const clientId = identifier === undefined || identifier.length < 2 ? undefined : hexText(identifier);
  const key = mac ?? keyWithoutMac(packet, clientId);
  if (key === undefined) return undefined;
  const pxe = readPxeClient(packet);
  const option82 = packet.options.get(OptionCode.relayAgentInformation);
  return {
    key,
    mac,
    clientId,
    pxe,
    uuid: pxe?.uuid ?? readUuid(packet.options.get(OptionCode.clientUuid)),
    hostName: textOption(packet, OptionCode.hostName)?.slice(0, MAX_HOST_NAME),
    relay: option82 === undefined ? undefined : readRelayAgentInformation(option82),
  };
}

function macOf(packet: DhcpPacket): MacAddress | undefined {
  if (packet.htype !== ETHERNET || packet.hlen !== 6) return undefined;
  const { chaddr } = packet;
  if (
    ((chaddr[0] ?? 0) |
      (chaddr[1] ?? 0) |
      (chaddr[2] ?? 0) |
      (chaddr[3] ?? 0) |
      (chaddr[4] ?? 0) |
      (chaddr[5] ?? 0)) ===
    0
  ) {
    return undefined;
  }
  return etherText(chaddr) as MacAddress;
}

/** InfiniBand has no room in chaddr and must send an identifier (RFC 4390 §2.1); other hardware is named by type and bytes. */
function keyWithoutMac(packet: DhcpPacket, clientId: string | undefined): string | undefined {
  if (clientId !== undefined) return `id:${clientId}`;
  if (packet.hlen === 0) return undefined;
  const hardware = packet.chaddr.subarray(0, packet.hlen);
  return hardware.every((byte) => byte === 0) ? undefined : `hw:${packet.htype}:${hexText(hardware)}`;
}
