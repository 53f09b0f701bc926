import { encodePacket } from '../../src/protocol/dhcp/encode.ts';
import { MessageType } from '../../src/protocol/dhcp/message-type.ts';
import type { DhcpPacket } from '../../src/protocol/dhcp/packet.ts';
import { address, discover, ip, pxe, request, select, text } from '../fakes/lease-packets.ts';

/** Packets of every kind that a server meets. */
export function corpus(): readonly Buffer[] {
  const packets: readonly DhcpPacket[] = [
    discover(1),
    discover(2, pxe(7)),
    discover(3, [...pxe(0), [77, Uint8Array.of(4, 0x69, 0x50, 0x58, 0x45)], [175, Uint8Array.of(19, 1, 1)]]),
    discover(4, pxe(16, 'HTTPClient'), { giaddr: ip('10.20.0.2') }),
    discover(5, [[82, Uint8Array.of(1, 2, 1, 2, 5, 4, 10, 20, 0, 0, 11, 4, 10, 20, 0, 2)]], {
      giaddr: ip('10.20.0.2'),
    }),
    discover(6, [
      [55, Uint8Array.from({ length: 255 }, (_, code) => code)],
      text(12, 'host'),
      address(118, '10.20.0.0'),
    ]),
    select(7, '10.20.0.150'),
    request(MessageType.request, 8, [], { ciaddr: ip('10.20.0.151') }),
    request(MessageType.request, 9, [address(50, '10.20.0.152')]),
    request(MessageType.decline, 10, [address(50, '10.20.0.153'), address(54, '10.20.0.1')]),
    request(MessageType.release, 11, [address(54, '10.20.0.1')], { ciaddr: ip('10.20.0.154') }),
    request(MessageType.inform, 12, pxe(7), { ciaddr: ip('10.20.0.155') }),
    request(undefined, 13),
  ];
  return packets.map((packet) => encodePacket(packet, 1472));
}
