import type { RemoteInfo } from 'node:dgram';
import type { Logger } from 'pino';
import { ipv4FromNumber, ipv4ToNumber } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { decodePacket } from '../../protocol/dhcp/decode.ts';
import { encodePacket } from '../../protocol/dhcp/encode.ts';
import { messageTypeName } from '../../protocol/dhcp/message-type.ts';
import { messageType } from '../../protocol/dhcp/option-value.ts';
import { PXE_PORT, SERVER_PORT } from '../../protocol/dhcp/transmit.ts';
import { asProblem } from '../../domain/error/problem.ts';
import type { EventLog } from '../../domain/event/event.ts';
import type { Sighting } from '../../domain/host/host.ts';
import type { BootPlanner } from '../../domain/lease/boot-options.ts';
import type { Decision, Reply } from '../../domain/lease/decision.ts';
import { LeaseEngine } from '../../domain/lease/engine.ts';
import { Explanations } from '../../domain/lease/explanation.ts';
import type { Explanation } from '../../domain/lease/explanation.ts';
import type { LeaseJournal } from '../../domain/lease/journal.ts';
import type { ServedNetwork } from '../../domain/lease/network.ts';
import type { Rival } from '../../domain/lease/rival.ts';
import type { AddressProbe } from '../../domain/lease/probe.ts';
import type { HostSource } from '../../domain/lease/reservations.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { DhcpCounters } from './counters.ts';
import { DeviceWatch } from './device-watch.ts';
import type { DeviceState } from './device-watch.ts';
import type { DhcpEndpoint } from './endpoint.ts';
import { viewOf } from './lease-view.ts';
import type { LeaseView } from './lease-view.ts';
import { PacedQueue } from './paced-queue.ts';
import { probeRivals } from './rival-probe.ts';
import { ThrottledLog } from './throttled-log.ts';
import { UdpAddressProbe } from './udp-address-probe.ts';

export interface DhcpServiceOptions {
  readonly networks: readonly ServedNetwork[];
  readonly httpPort: number;
  readonly directory: HostSource;
  readonly boot: BootPlanner;
  readonly journal: LeaseJournal;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly onSighting: (sighting: Sighting & { readonly hostName?: string | undefined }) => void;
  readonly logger: Logger;
  /** Looks for strangers before an offer; by ARP unless told otherwise. `probe: false` of a network turns it off. */
  readonly probe?: AddressProbe | undefined;
}

export type { LeaseView };

export interface DhcpStatus {
  readonly endpoints: readonly DeviceState[];
  readonly counters: DhcpCounters;
  readonly leases: number;
  /** Other servers seen on wires that Hearth serves alone. */
  readonly rivals: readonly Rival[];
}

const EXPIRE_EVERY_MS = 1000;
const MAX_PENDING_REPLIES = 20_000;

/** DHCP and proxyDHCP on every configured interface: sockets around the lease engine, and the journal between. */
export class DhcpService {
  readonly #options: DhcpServiceOptions;
  readonly #engine: LeaseEngine;
  readonly #explanations = new Explanations();
  readonly #counters = new DhcpCounters();
  readonly #watch: DeviceWatch;
  readonly #addressProbe: AddressProbe;
  readonly #complaints: ThrottledLog;
  #timer: NodeJS.Timeout | undefined;
  /** 24,000 replies a second at most. */
  readonly #replies = new PacedQueue(24, 1);
  #pending = 0;
  #lastSource = { text: '0.0.0.0', number: 0 };

  constructor(options: DhcpServiceOptions) {
    this.#options = options;
    this.#complaints = new ThrottledLog(options.logger, options.clock);
    this.#addressProbe = options.probe ?? new UdpAddressProbe();
    this.#engine = new LeaseEngine({
      networks: options.networks,
      hosts: options.directory,
      boot: options.boot,
      httpPort: options.httpPort,
    });
    this.#watch = new DeviceWatch(
      options.networks,
      [SERVER_PORT, PXE_PORT],
      (endpoint, bytes, from) => this.#receive(endpoint(), bytes, from),
      options.logger,
    );
  }

  /** Loads the leases and opens what interfaces there are; one that is missing is taken up when it appears. */
  async start(): Promise<void> {
    const loaded = this.#engine.load(await this.#options.journal.load());
    this.#options.logger.info({ leases: loaded }, 'leases loaded');
    this.#timer = setInterval(() => this.#engine.expire(this.#options.clock.now()), EXPIRE_EVERY_MS);
    this.#timer.unref();
    await this.#watch.start();
    void this.#lookForRivals();
  }

  /** Asks once on every wire we serve alone whether someone else answers there, and raises an alert. */
  async #lookForRivals(): Promise<void> {
    const { networks, clock, events, logger } = this.#options;
    const own = new Set<string>(networks.map((network) => network.address));
    for (const { name, interface: device, dhcp } of networks) {
      if (device === undefined || dhcp !== 'authoritative') continue;
      try {
        for (const { server } of await probeRivals(device, own)) {
          const event = this.#engine.noteRival(
            ipv4ToNumber(server),
            name,
            'it answered when asked',
            clock.now(),
          );
          if (event !== undefined) events.record(event);
        }
      } catch (error) {
        logger.info({ device, err: error }, 'other DHCP servers cannot be looked for on this interface');
      }
    }
  }

  /** Stops listening. The journal belongs to the caller, who closes it afterwards. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#watch.stop();
    for (let waited = 0; this.#pending > 0 && waited < 100; waited += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  status(): DhcpStatus {
    let leases = 0;
    const now = this.#options.clock.now();
    for (const lease of this.#engine.leases())
      if (lease.state === 'active' && lease.expires > now) leases += 1;
    return {
      endpoints: this.#watch.states(),
      counters: this.#counters,
      leases,
      rivals: this.#engine.rivals(),
    };
  }

  leases(): readonly LeaseView[] {
    const now = this.#options.clock.now();
    return [...this.#engine.leases()].map((lease) => viewOf(lease, now));
  }

  leaseOf(mac: MacAddress): LeaseView | undefined {
    const lease = this.#engine.leaseOf(mac);
    return lease === undefined ? undefined : viewOf(lease, this.#options.clock.now());
  }

  /** Which machine has an address now: HTTP checks with it that a script is fetched by the machine it is for. */
  macAt(address: Ipv4Address): MacAddress | undefined {
    const lease = this.#engine.leaseAt(ipv4ToNumber(address));
    return lease?.state === 'active' && lease.expires > this.#options.clock.now() ? lease.mac : undefined;
  }

  /** Tells that hosts or their addresses changed. */
  hostsChanged(): void {
    this.#engine.hostsChanged();
  }

  /** What this machine said and was told, in words. */
  explainMachine(mac: MacAddress): Explanation {
    return this.#explanations.explain(mac, this.#engine.leaseOf(mac), this.#options.clock.now());
  }

  /** The boundary: whatever a datagram does in here is counted and logged, and the next one is read. */
  #receive(endpoint: DhcpEndpoint, bytes: Buffer, from: RemoteInfo): void {
    this.#counters.received += 1;
    try {
      const packet = decodePacket(bytes);
      if (typeof packet === 'string') {
        this.#counters.malformed += 1;
        this.#counters.count(this.#counters.malformedByFault, packet);
        return;
      }
      this.#counters.count(this.#counters.receivedByType, messageTypeName(messageType(packet)));
      const now = this.#options.clock.now();
      const source = { address: this.#sourceOf(from.address), port: from.port };
      const decision = this.#engine.handle(packet, {
        device: endpoint.device,
        port: endpoint.port,
        source,
        now,
      });
      this.#explanations.note(bytes, decision, { at: now, device: endpoint.device });
      this.#carryOut(endpoint, decision);
    } catch (error) {
      this.#fault(endpoint, error);
    }
  }

  /** The sender as a number. Most packets come from 0.0.0.0 or from one relay: the last one is remembered. */
  #sourceOf(address: string): number {
    if (address === this.#lastSource.text) return this.#lastSource.number;
    this.#lastSource = { text: address, number: ipv4ToNumber(address as Ipv4Address) };
    return this.#lastSource.number;
  }

  #carryOut(endpoint: DhcpEndpoint, decision: Decision): void {
    for (const event of decision.events) this.#options.events.record(event);
    const { probe, changes } = decision;
    if (probe !== undefined) this.#probe(endpoint, probe);
    if (changes.length > 0) this.#commit(endpoint, decision);
    else if (probe === undefined) this.#finish(endpoint, decision);
  }

  /** Lets the reply leave once the records it promises are on disk. */
  #commit(endpoint: DhcpEndpoint, decision: Decision): void {
    const { changes } = decision;
    if (this.#pending >= MAX_PENDING_REPLIES) {
      // The disk is far behind: the client repeats itself, and memory stays bounded.
      this.#engine.revert(changes);
      this.#counters.dropped += 1;
      return;
    }
    this.#pending += 1;
    const leases = changes.map((change) => change.lease);
    this.#options.journal.commit(leases).then(
      () => {
        this.#pending -= 1;
        this.#engine.confirm(changes);
        if (decision.probe === undefined) this.#replies.run(() => this.#finish(endpoint, decision));
      },
      (error: unknown) => {
        this.#pending -= 1;
        this.#engine.revert(changes);
        this.#counters.dropped += 1;
        const problem = asProblem(error);
        this.#complaints.warn(
          { code: problem.code, client: decision.client?.key },
          `no answer: ${problem.message}`,
        );
      },
    );
  }

  #probe(endpoint: DhcpEndpoint, wish: NonNullable<Decision['probe']>): void {
    const { clock } = this.#options;
    const resume = (occupied: boolean): void => {
      try {
        this.#carryOut(endpoint, wish.resume(occupied, clock.now()));
      } catch (error) {
        this.#fault(endpoint, error);
      }
    };
    this.#addressProbe
      .isOccupied(ipv4FromNumber(wish.address), endpoint.device)
      .then(resume, () => resume(false));
  }

  #finish(endpoint: DhcpEndpoint, decision: Decision): void {
    const { reply } = decision;
    try {
      if (decision.sighting !== undefined) this.#options.onSighting(decision.sighting);
      if (reply === undefined) this.#counters.silent += 1;
      else if (reply.delayMs > 0) setTimeout(() => this.#send(endpoint, reply), reply.delayMs).unref();
      else this.#send(endpoint, reply);
    } catch (error) {
      this.#fault(endpoint, error);
    }
  }

  #send(endpoint: DhcpEndpoint, reply: Reply): void {
    this.#counters.replies += 1;
    this.#counters.count(this.#counters.repliesByType, messageTypeName(reply.type));
    const { address, port } = reply.destination;
    const bytes = encodePacket(reply.packet, reply.limit);
    endpoint.send(
      bytes,
      port,
      address === 0xffffffff ? '255.255.255.255' : ipv4FromNumber(address),
      (error) => {
        this.#counters.dropped += 1;
        this.#complaints.warn(
          { device: endpoint.device, err: error.message },
          'a DHCP reply could not be sent',
        );
      },
    );
  }

  #fault(endpoint: DhcpEndpoint, error: unknown): void {
    this.#counters.faults += 1;
    this.#complaints.error({ err: error, device: endpoint.device }, 'a DHCP packet could not be handled');
  }
}
