import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressOption } from '../../protocol/dhcp/option-value.ts';
import { grantDecision, hostNameOf, leaseFor, nakDecision } from './answer.ts';
import type { Decision, LeaseChange } from './decision.ts';
import { chosenServer, namesUs, silence } from './inquiry.ts';
import type { Inquiry } from './inquiry.ts';

/**
 * DHCPREQUEST (RFC 2131 §4.3.2). Which of the four client states it comes from shows in the fields (table 4):
 * a server identifier means SELECTING, a requested address without one INIT-REBOOT, a ciaddr RENEWING or REBINDING.
 */
export function answerRequest(inquiry: Inquiry): Decision {
  const { packet } = inquiry;
  const server = chosenServer(packet);
  const requested = addressOption(packet, OptionCode.requestedAddress);
  if (server !== undefined) return answerSelecting(inquiry, server, requested ?? packet.ciaddr);
  if (requested !== undefined) return answerInitReboot(inquiry, requested);
  if (packet.ciaddr !== 0) return answerRenewing(inquiry, packet.ciaddr);
  return silence('it requests no address at all', inquiry.client);
}

/** The client answers an offer, ours or another server's. */
function answerSelecting(inquiry: Inquiry, server: number, address: number): Decision {
  const { selected, client, parts, now } = inquiry;
  if (!namesUs(inquiry, server)) {
    const offer = selected.link.offerOf(client.key, now);
    if (offer !== undefined) selected.link.withdraw(offer);
    const event = parts.rivals.note(
      server,
      selected.network.network.name,
      `${client.key} chose its offer of ${ipv4FromNumber(address)}`,
      now,
    );
    const decision = silence(`it chose the offer of another server, ${ipv4FromNumber(server)}`, client);
    return event === undefined ? decision : { ...decision, events: [event] };
  }
  const objection = parts.allocation.objection(inquiry, address);
  if (objection !== undefined) return nakDecision(inquiry, objection);
  return grant(inquiry, address, 'it chose our offer');
}

/**
 * A client that restarted asks whether its old address still holds. Without a record of it we must stay silent
 * (§4.3.2), as another server may know it; on the wrong network it must be told.
 */
function answerInitReboot(inquiry: Inquiry, address: number): Decision {
  const { selected, client, parts } = inquiry;
  if (selected.link.networkOf(address) === undefined) {
    return nakDecision(inquiry, `${ipv4FromNumber(address)} is not on the network this client is on`);
  }
  const lease = selected.link.leaseOf(client.key);
  if (lease === undefined && parts.reservations.of(client, inquiry.host).length === 0) {
    return silence(`it restarts with ${ipv4FromNumber(address)}, of which there is no record here`, client);
  }
  const objection = parts.allocation.objection(inquiry, address);
  if (objection !== undefined) return nakDecision(inquiry, objection);
  if (lease !== undefined && lease.address !== address) {
    return nakDecision(inquiry, `this client has ${ipv4FromNumber(lease.address)}`);
  }
  return grant(inquiry, address, 'it restarted and still has it');
}

/**
 * A client that uses an address asks for more time. Without a record, a free address of ours is given back to it: it
 * is in use by this client already, and a restored database must not turn every machine away.
 */
function answerRenewing(inquiry: Inquiry, address: number): Decision {
  const { parts } = inquiry;
  const objection = parts.allocation.objection(inquiry, address);
  if (objection !== undefined) return nakDecision(inquiry, objection);
  return grant(inquiry, address, 'it renews its lease');
}

/** Makes the lease current, gives up another one that the client has here, and answers once both are on disk. */
function grant(inquiry: Inquiry, address: number, why: string): Decision {
  const { selected, client, now } = inquiry;
  const { link } = selected;
  const network = link.networkOf(address) ?? selected.network;
  const changes: LeaseChange[] = [];
  const before = link.leaseOf(client.key);
  if (before !== undefined && before.address !== address && before.state === 'active') {
    const released = { ...before, state: 'released' as const, expires: now };
    link.propose(released);
    changes.push({ link, lease: released });
  }
  const lease = leaseFor(inquiry, address, network, hostNameOf(inquiry, address));
  link.propose(lease);
  changes.push({ link, lease });
  return grantDecision(inquiry, MessageType.ack, address, network, changes, why);
}
