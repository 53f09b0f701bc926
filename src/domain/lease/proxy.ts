import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { messageType } from '../../protocol/dhcp/option-value.ts';
import { PXE_PORT } from '../../protocol/dhcp/transmit.ts';
import { envelope, serverBytesOf } from './answer.ts';
import { bootAnswer, systemOf } from './boot-options.ts';
import type { BootAnswer } from './boot-options.ts';
import { NOTHING } from './decision.ts';
import type { Decision } from './decision.ts';
import { silence } from './inquiry.ts';
import type { Inquiry } from './inquiry.ts';
import { proxyReply } from './reply.ts';

/** Some ROMs miss an offer that comes at once (dnsmasq's --dhcp-reply-delay exists for them). */
const DEFAULT_DELAY_MS = 100;

/**
 * ProxyDHCP (PXE 2.1 §2.2): beside the site's own server, boot information and never an address. On port 67 a DISCOVER
 * gets an OFFER; on port 4011, where the firmware asks by unicast once it has its address, a REQUEST gets an ACK.
 */
export function answerProxy(inquiry: Inquiry): Decision {
  const { packet, client, selected, parts, reception } = inquiry;
  const type = messageType(packet);
  if (client.pxe === undefined)
    return silence('it does not boot from the network, and the site has its own DHCP server', client);
  const boot = bootAnswer(packet, client, selected.network, parts.boot, parts.httpPort);
  if (typeof boot !== 'object') return silence(boot ?? 'it asks nothing about booting', client);
  if (reception.port === PXE_PORT) {
    if (type !== MessageType.request && type !== MessageType.inform && type !== MessageType.discover) {
      return silence('it is no question about booting', client);
    }
    return answerAt4011(inquiry, boot);
  }
  const { proxyDelay } = selected.network.network;
  switch (type) {
    case MessageType.discover:
      return proxyDecision(
        inquiry,
        MessageType.offer,
        offered(inquiry, boot),
        proxyDelay ?? DEFAULT_DELAY_MS,
      );
    case MessageType.inform:
      return proxyDecision(inquiry, MessageType.ack, boot, 0);
    default:
      return silence("it talks to the site's own DHCP server", client);
  }
}

/**
 * EDK2 and firmware made from it drop a proxy offer that bypasses boot server discovery; without option 43 and with a
 * file they ask port 4011 of whoever sent the offer, which is the BINL way (tianocore/edk2 UefiPxeBcDxe, danderson/netboot#43).
 * BIOS ROMs and iPXE take the file at once.
 */
function offered({ client }: Inquiry, boot: BootAnswer): BootAnswer {
  const uefi = systemOf(client)?.architecture !== 'bios-x86' && client.pxe?.ipxe === false;
  if (!uefi) return boot;
  return { ...boot, options: boot.options.filter(([code]) => code !== OptionCode.vendorEncapsulated) };
}

/** The answer goes to where the question came from, as the firmware listens on a port of its choice. */
function answerAt4011(inquiry: Inquiry, boot: BootAnswer): Decision {
  const { source } = inquiry.reception;
  const decision = proxyDecision(inquiry, MessageType.ack, boot, 0);
  if (decision.reply === undefined || source.address === 0) return decision;
  return { ...decision, reply: { ...decision.reply, destination: { kind: 'unicast', ...source } } };
}

function proxyDecision(inquiry: Inquiry, type: number, boot: BootAnswer, delayMs: number): Decision {
  const { packet, client, selected } = inquiry;
  const reply = proxyReply(packet, type, serverBytesOf(inquiry, selected.network), boot);
  return {
    reason: `as proxy, ${boot.reason}`,
    client,
    reply: envelope(inquiry, type, reply, delayMs),
    changes: NOTHING,
    events: NOTHING,
  };
}
