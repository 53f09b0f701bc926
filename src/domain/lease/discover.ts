import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { MessageType } from '../../protocol/dhcp/message-type.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressOption } from '../../protocol/dhcp/option-value.ts';
import type { Choice } from './allocation.ts';
import { grantDecision } from './answer.ts';
import { NOTHING } from './decision.ts';
import type { Decision, LeaseChange } from './decision.ts';
import { silence } from './inquiry.ts';
import type { Inquiry } from './inquiry.ts';
import { quarantine } from './give-back.ts';

/** How long an offered address is held. Clients wait for offers up to 10 s (dhclient) before they choose. */
const OFFER_HOLD_MS = 30_000;
/** A wire where this many addresses in a row are taken by strangers is not ours to hand out addresses on. */
const MAX_PROBES = 4;

/** DHCPDISCOVER (RFC 2131 §4.3.1): an OFFER of an address that is held in memory only. */
export function answerDiscover(inquiry: Inquiry): Decision {
  return offer(inquiry, inquiry.now, MAX_PROBES);
}

function offer(inquiry: Inquiry, now: number, probesLeft: number): Decision {
  const { packet, parts, selected, client, reception } = inquiry;
  const asked = addressOption(packet, OptionCode.requestedAddress);
  const choice = parts.allocation.choose({ ...inquiry, now }, asked, reception);
  if (typeof choice === 'string') return silence(choice, client);
  const { address, network } = choice;
  selected.link.offer({ key: client.key, address, network, expires: now + OFFER_HOLD_MS });
  // Behind a relay ARP does not reach the client's wire (RFC 2131 §3.1 step 2 says SHOULD).
  const probed = choice.fresh && packet.giaddr === 0 && network.network.probe !== false;
  if (!probed) return offerDecision(inquiry, choice);
  return {
    ...silence(`looks whether ${ipv4FromNumber(address)} is in use before it offers it`, client),
    probe: {
      address,
      resume: (occupied, later) => {
        // An impatient client repeats its DISCOVER, is offered the address at once, takes it, and answers the probe itself.
        const lease = selected.link.leaseAt(address);
        if (lease?.state === 'active' && lease.key === client.key)
          return silence('it took the address while that was probed', client);
        return occupied
          ? skipOccupied(inquiry, choice, later, probesLeft - 1)
          : offerDecision(inquiry, choice);
      },
    },
  };
}

function offerDecision(inquiry: Inquiry, choice: Choice): Decision {
  return grantDecision(inquiry, MessageType.offer, choice.address, choice.network, NOTHING, choice.why);
}

/** A stranger answered at the address: it goes into quarantine and the next one is tried. */
function skipOccupied(inquiry: Inquiry, choice: Choice, now: number, probesLeft: number): Decision {
  const { selected, client } = inquiry;
  const address = ipv4FromNumber(choice.address);
  const change: LeaseChange = quarantine(selected.link, choice.address, choice.network, undefined, now);
  const event = {
    level: 'warning' as const,
    type: 'dhcp.conflict',
    text: `${address} on ${choice.network.network.name} answers although nobody has leased it. It is left alone for a while.`,
    data: { address, network: choice.network.network.name },
  };
  const next =
    probesLeft > 0
      ? offer(inquiry, now, probesLeft)
      : silence(
          `${address} and the addresses before it are in use by machines that did not get them from here`,
          client,
        );
  return { ...next, changes: [change, ...next.changes], events: [event, ...next.events] };
}
