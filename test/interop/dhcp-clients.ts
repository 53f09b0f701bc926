import { createSocket } from 'node:dgram';
import { ipv4FromNumber } from '../../src/protocol/address/ipv4.ts';
import { decodePacket } from '../../src/protocol/dhcp/decode.ts';
import { encodePacket } from '../../src/protocol/dhcp/encode.ts';
import { etherText } from '../../src/protocol/dhcp/hex.ts';
import { MessageType } from '../../src/protocol/dhcp/message-type.ts';
import { messageType } from '../../src/protocol/dhcp/option-value.ts';
import { discover, ip, select } from '../fakes/lease-packets.ts';

/**
 * Many clients behind one relay address: `node dhcp-clients.ts SERVER RELAY COUNT`. A new one starts every 10 ms. Prints
 * which were acknowledged, by MAC, once no answer has come for a while.
 */
const [server = '', relay = '', count = '100'] = process.argv.slice(2);
const socket = createSocket('udp4');
const acknowledged: Record<string, string> = {};
let heard = Date.now();

socket.on('message', (bytes) => {
  heard = Date.now();
  const packet = decodePacket(bytes);
  if (typeof packet === 'string') return;
  const client = ((packet.chaddr[3] ?? 0) << 16) | ((packet.chaddr[4] ?? 0) << 8) | (packet.chaddr[5] ?? 0);
  const address = ipv4FromNumber(packet.yiaddr);
  if (messageType(packet) === MessageType.ack) acknowledged[etherText(packet.chaddr)] = address;
  if (messageType(packet) !== MessageType.offer) return;
  socket.send(encodePacket({ ...select(client, address, server), giaddr: ip(relay) }), 67, server);
});

socket.bind(67, relay, () => {
  for (let client = 1; client <= Number(count); client += 1) {
    const packet = encodePacket(discover(client, [], { giaddr: ip(relay) }));
    setTimeout(() => socket.send(packet, 67, server), client * 10);
  }
  const timer = setInterval(() => {
    if (Date.now() - heard < 1500) return;
    clearInterval(timer);
    process.stdout.write(JSON.stringify(acknowledged));
    socket.close();
  }, 100);
});
