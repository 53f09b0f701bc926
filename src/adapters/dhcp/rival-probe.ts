import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { decodePacket } from '../../protocol/dhcp/decode.ts';
import { encodePacket } from '../../protocol/dhcp/encode.ts';
import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressOption, messageType, textBytes } from '../../protocol/dhcp/option-value.ts';
import { BOOTREQUEST, BROADCAST_FLAG, EMPTY } from '../../protocol/dhcp/packet.ts';
import { CLIENT_PORT, SERVER_PORT } from '../../protocol/dhcp/transmit.ts';
import { RIVAL_PROBE_CLASS } from '../../domain/lease/rival.ts';
import { openDeviceSocket } from './device-socket.ts';

/** A server that answered a DISCOVER of ours. */
export interface FoundServer {
  readonly server: Ipv4Address;
  /** The address it offered; undefined for a proxy, which offers none. */
  readonly offered: Ipv4Address | undefined;
}

const WAIT_MS = 2000;
const ASK_EVERY_MS = 700;

/**
 * Asks on a wire who else serves DHCP: a DISCOVER from a made-up client, and every OFFER within two seconds. Nothing is
 * taken, so no server loses an address for longer than its own offer lasts.
 *
 * @param own addresses whose answers do not count
 * @throws SocketError when port 68 cannot be had, for example because a DHCP client runs on the device
 */
export async function probeRivals(
  device: string,
  own: ReadonlySet<string>,
  waitMs: number = WAIT_MS,
): Promise<readonly FoundServer[]> {
  const fd = openDeviceSocket(device, CLIENT_PORT);
  const socket = createSocket('udp4');
  const found = new Map<string, FoundServer>();
  const transaction = randomBytes(4).readUInt32BE();
  socket.on('message', (bytes) => {
    const packet = decodePacket(bytes);
    if (typeof packet === 'string' || packet.xid !== transaction || messageType(packet) !== MessageType.offer)
      return;
    const identifier = addressOption(packet, OptionCode.serverIdentifier);
    if (identifier === undefined) return;
    const server = ipv4FromNumber(identifier);
    const offered = packet.yiaddr === 0 ? undefined : ipv4FromNumber(packet.yiaddr);
    if (!own.has(server)) found.set(server, { server, offered });
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ fd }, resolve);
  });
  const question = discoverOf(transaction);
  const ask = (): void => socket.send(question, SERVER_PORT, '255.255.255.255', () => undefined);
  ask();
  const again = setInterval(ask, ASK_EVERY_MS);
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  clearInterval(again);
  socket.close();
  return [...found.values()];
}

/** A locally administered address (second bit of the first byte), so that no real machine has it. */
function discoverOf(xid: number): Buffer {
  const chaddr = Buffer.alloc(16);
  randomBytes(6).copy(chaddr);
  chaddr[0] = 0x02;
  return encodePacket({
    op: BOOTREQUEST,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: BROADCAST_FLAG,
    ciaddr: 0,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr,
    sname: EMPTY,
    file: EMPTY,
    options: new Map([
      [OptionCode.messageType, Uint8Array.of(MessageType.discover)],
      [OptionCode.vendorClass, textBytes(RIVAL_PROBE_CLASS)],
      [OptionCode.parameterRequestList, Uint8Array.of(1, 3, 6, 54)],
    ]),
  });
}
