import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressOption } from '../../protocol/dhcp/option-value.ts';
import type { Instant } from '../time/clock.ts';
import type { Client } from './client.ts';
import type { Decision, LeaseChange } from './decision.ts';
import { chosenServer, namesUs, silence } from './inquiry.ts';
import type { Inquiry } from './inquiry.ts';
import type { Link } from './link.ts';
import type { NetworkAnswers } from './network-answers.ts';

/**
 * DHCPDECLINE (RFC 2131 §4.3.3): the client found the address in use. Only an address that this client was given or
 * offered counts, else anyone could empty the pool with a few packets.
 */
export function answerDecline(inquiry: Inquiry): Decision {
  const { packet, selected, client, now } = inquiry;
  const server = chosenServer(packet);
  if (server !== undefined && !namesUs(inquiry, server))
    return silence('it declines an address of another server', client);
  const address = addressOption(packet, OptionCode.requestedAddress);
  if (address === undefined) return silence('it declines without naming an address (option 50)', client);
  const network = selected.link.networkOf(address);
  const lease = selected.link.leaseAt(address);
  const theirs = lease?.key === client.key && lease.state === 'active';
  const offered = selected.link.offerOf(client.key, now)?.address === address;
  if (network === undefined || !(theirs || offered)) {
    return silence(`it declines ${ipv4FromNumber(address)}, which it was not given`, client);
  }
  const change = quarantine(selected.link, address, network, client, now);
  const text = ipv4FromNumber(address);
  return {
    ...silence(`${text} is left alone, as the client found it in use`, client),
    changes: [change],
    events: [
      {
        level: 'warning',
        type: 'dhcp.decline',
        text: `${client.key} found ${text} on ${network.network.name} in use by another machine. It is left alone for a while.`,
        data: { address: text, network: network.network.name, client: client.key },
      },
    ],
  };
}

/** DHCPRELEASE (RFC 2131 §4.3.4): the client is done; its address goes to the end of the queue. No reply. */
export function answerRelease(inquiry: Inquiry): Decision {
  const { packet, selected, client, now } = inquiry;
  const server = chosenServer(packet);
  if (server !== undefined && !namesUs(inquiry, server))
    return silence('it releases an address of another server', client);
  const { link } = selected;
  const lease = link.leaseAt(packet.ciaddr);
  if (lease?.key !== client.key || lease.state !== 'active') {
    return silence(`it releases ${ipv4FromNumber(packet.ciaddr)}, which it does not have`, client);
  }
  const released = { ...lease, state: 'released' as const, expires: now };
  link.propose(released);
  return { ...silence('it gave its address back', client), changes: [{ link, lease: released }] };
}

/** Puts an address aside for the network's decline time. */
export function quarantine(
  link: Link,
  address: number,
  network: NetworkAnswers,
  client: Client | undefined,
  now: Instant,
): LeaseChange {
  const lease = {
    address,
    // Of nobody: the client that had it must be given another.
    key: `declined:${address}`,
    mac: client?.mac,
    clientId: client?.clientId,
    uuid: client?.uuid,
    hostName: undefined,
    network: network.network.name,
    state: 'declined' as const,
    starts: now,
    expires: now + network.network.times.decline * 1000,
    circuitId: undefined,
    remoteId: undefined,
    boot: false,
  };
  const offer = link.offerAt(address, now);
  if (offer !== undefined) link.withdraw(offer);
  link.propose(lease);
  return { link, lease };
}
