import { ipv4FromNumber } from '../../protocol/address/ipv4.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressOption } from '../../protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../protocol/dhcp/packet.ts';
import type { Client } from './client.ts';
import { Link } from './link.ts';
import type { NetworkAnswers } from './network-answers.ts';
import type { ServedNetwork } from './network.ts';

/** The network a client is on, and its wire. */
export interface Selected {
  readonly link: Link;
  readonly network: NetworkAnswers;
}

/** All links of the appliance, and which of them a packet belongs to. */
export class Links {
  readonly all: readonly Link[];
  readonly #byDevice = new Map<string, Selected>();

  constructor(networks: readonly ServedNetwork[]) {
    const groups = new Map<string, ServedNetwork[]>();
    for (const network of networks) {
      // Networks on one interface are on one wire, whatever else their configuration says.
      const name = network.interface ?? network.sharedNetwork ?? `network:${network.name}`;
      groups.set(name, [...(groups.get(name) ?? []), network]);
    }
    this.all = [...groups].map(([name, members]) => new Link(name, members));
    for (const link of this.all) {
      const [network] = link.networks;
      const device = network?.network.interface;
      if (network !== undefined && device !== undefined) this.#byDevice.set(device, { link, network });
    }
  }

  containing(address: number): Selected | undefined {
    for (const link of this.all) {
      const network = link.networkOf(address);
      if (network !== undefined) return { link, network };
    }
    return undefined;
  }

  /**
   * The network to serve a client from, or why there is none. In order: link selection (RFC 3527 §3, it overrides
   * giaddr), subnet selection (RFC 3011 §2), giaddr (RFC 2131 §4.3.1), the wire the packet came in on.
   */
  select(packet: DhcpPacket, client: Client | undefined, device: string): Selected | string {
    const link = client?.relay?.linkSelection;
    if (link !== undefined)
      return this.containing(link) ?? unserved('link selection (option 82.5) names', link);
    const subnet = addressOption(packet, OptionCode.subnetSelection);
    if (subnet !== undefined)
      return this.containing(subnet) ?? unserved('subnet selection (option 118) names', subnet);
    if (packet.giaddr !== 0) return this.containing(packet.giaddr) ?? unserved('its relay is', packet.giaddr);
    const local = this.#byDevice.get(device);
    // A relayed client renews by unicast, past its relay (RFC 2131 §4.3.2): only ciaddr tells where it is.
    if (packet.ciaddr !== 0 && local?.link.networkOf(packet.ciaddr) === undefined) {
      const remote = this.containing(packet.ciaddr);
      if (remote !== undefined && remote.network.network.interface === undefined) return remote;
    }
    return local ?? `no network is configured on interface ${device}`;
  }
}

function unserved(what: string, address: number): string {
  return `${what} ${ipv4FromNumber(address)}, which is on no network that Hearth serves`;
}
