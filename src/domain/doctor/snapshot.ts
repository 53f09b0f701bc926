import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { DhcpMode } from '../lease/network.ts';
import type { Subnet } from '../../protocol/address/subnet.ts';
import type { Instant } from '../time/clock.ts';

/** The machine as it is right now; what could not be found out is undefined. */
export interface Snapshot {
  readonly now: Instant;
  readonly daemon: DaemonState;
  readonly config: ConfigState;
  /** Network devices by name. */
  readonly interfaces: ReadonlyMap<string, InterfaceState>;
  readonly ports: readonly PortUse[];
  /** Undefined when nobody watched the wire. */
  readonly rivals: readonly RivalServer[] | undefined;
  readonly library: LibraryState;
  readonly disk: DiskState | undefined;
  readonly clock: ClockState;
  /** Whether this user may open ports below 1024 (CAP_NET_BIND_SERVICE). */
  readonly mayOpenLowPorts: boolean;
}

export type DaemonState =
  | {
      readonly kind: 'running';
      readonly failing: readonly { readonly name: string; readonly detail: string }[];
    }
  | { readonly kind: 'stopped'; readonly reason: string };

export type ConfigState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'wrong'; readonly message: string; readonly remedy: string }
  | { readonly kind: 'read'; readonly networks: readonly ConfiguredNetwork[]; readonly httpPort: number };

export interface ConfiguredNetwork {
  readonly name: string;
  readonly interface: string | undefined;
  readonly subnet: Subnet;
  readonly address: Ipv4Address;
  readonly dhcp: DhcpMode;
}

export interface InterfaceState {
  readonly up: boolean;
  /** A cable and a partner at its other end. */
  readonly carrier: boolean;
  readonly addresses: readonly Ipv4Address[];
}

/** A socket that some program holds. */
export interface PortUse {
  readonly protocol: 'udp' | 'tcp';
  readonly address: Ipv4Address;
  readonly port: number;
  /** Name and process id; undefined when it belongs to someone else and we may not look. */
  readonly holder: { readonly name: string; readonly pid: number } | undefined;
  /** Held by the appliance of this data directory. */
  readonly ours: boolean;
}

export interface RivalServer {
  readonly address: string;
  readonly network: string;
}

export interface LibraryState {
  readonly media: readonly string[] | undefined;
  readonly images: readonly string[] | undefined;
  /** First-stage files that can be served. */
  readonly firstStage: readonly string[];
}

export interface DiskState {
  readonly directory: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly writable: boolean;
}

export interface ClockState {
  /** Whether something keeps the clock right. */
  readonly synchronised: boolean | undefined;
}
