import { ipv4ToNumber } from '../../protocol/address/ipv4.ts';
import { broadcastOf, netmask } from '../../protocol/address/subnet.ts';
import { OptionCode } from '../../protocol/dhcp/option-code.ts';
import { addressListBytes, textBytes, uint32Bytes } from '../../protocol/dhcp/option-value.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { DEFAULT_LIMITS } from './network.ts';
import type { LeaseLimits, ServedNetwork } from './network.ts';

/** A network with the bytes of its answers made once, as they are the same for every client. */
export class NetworkAnswers {
  readonly network: ServedNetwork;
  readonly limits: LeaseLimits;
  /** Server identifier, as a number. */
  readonly server: number;
  readonly nextServer: number;
  readonly serverBytes: Uint8Array;
  readonly leaseBytes: Uint8Array;
  readonly renewBytes: Uint8Array;
  readonly rebindBytes: Uint8Array;
  /** What the network tells every client, by code; explicit `options` win over what the other keys imply. */
  readonly options: ReadonlyMap<number, Uint8Array>;
  readonly #base: number;
  readonly #last: number;

  constructor(network: ServedNetwork) {
    this.network = network;
    this.limits = { ...DEFAULT_LIMITS, ...network.limits };
    this.server = ipv4ToNumber(network.address);
    this.nextServer = ipv4ToNumber(network.nextServer);
    this.serverBytes = uint32Bytes(this.server);
    this.leaseBytes = uint32Bytes(network.times.lease);
    this.renewBytes = uint32Bytes(network.times.renew);
    this.rebindBytes = uint32Bytes(network.times.rebind);
    this.options = optionsOf(network);
    this.#base = ipv4ToNumber(network.subnet.base);
    this.#last = ipv4ToNumber(broadcastOf(network.subnet));
  }

  contains(address: number): boolean {
    return address >= this.#base && address <= this.#last;
  }
}

function optionsOf(network: ServedNetwork): ReadonlyMap<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  const list = (addresses: readonly Ipv4Address[]): Uint8Array =>
    addressListBytes(addresses.map(ipv4ToNumber));
  options.set(OptionCode.subnetMask, list([netmask(network.subnet.prefix)]));
  if (network.router !== undefined) options.set(OptionCode.routers, list([network.router]));
  if (network.dns.length > 0) options.set(OptionCode.domainNameServers, list(network.dns));
  if (network.domain !== undefined) options.set(OptionCode.domainName, textBytes(network.domain));
  options.set(OptionCode.broadcastAddress, list([broadcastOf(network.subnet)]));
  if (network.ntp.length > 0) options.set(OptionCode.ntpServers, list(network.ntp));
  for (const { code, value } of network.options) options.set(code, value);
  return options;
}
