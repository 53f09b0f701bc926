import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { BootArchitecture } from '../boot/architecture.ts';
import type { LoaderChoice } from '../boot/first-stage.ts';
import type { Instant } from '../time/clock.ts';
import type { HostFacts } from './facts.ts';

declare const hostIdBrand: unique symbol;

/** Names a host for ever, through renames. */
export type HostId = string & { readonly [hostIdBrand]: true };

export type NodeRole = 'control-plane' | 'worker';

export type HostState =
  | 'discovered'
  | 'registered'
  | 'armed'
  | 'installing'
  | 'installed'
  | 'igniting'
  | 'joining'
  | 'active'
  | 'failed'
  | 'released';

/** The place of a host in a cluster. */
export interface Assignment {
  readonly cluster: string;
  readonly role: NodeRole;
}

/** One permitted install of one host. */
export interface Install {
  readonly id: string;
  readonly medium: string;
  readonly image: string;
  /** How many times the installer was started for this install. */
  readonly attempts: number;
  readonly armedAt: Instant;
  /** Until when the installer may be started for the first time. */
  readonly armedUntil: Instant;
  /** The state the host was in when it was armed, to which it returns when nobody comes. */
  readonly armedFrom?: HostState | undefined;
  /** The interface that fetched the boot script: the installer and the node stay on it. */
  readonly bootMac?: MacAddress | undefined;
  /** Ignition of this host is the one that initialises the cluster; decided once, when it is first fetched. */
  readonly initialises?: boolean | undefined;
}

/** How the machine last showed itself on the wire. */
export interface Sighting {
  readonly at: Instant;
  readonly network: string;
  readonly mac: MacAddress;
  readonly architecture?: BootArchitecture | undefined;
  readonly uuid?: string | undefined;
  readonly vendorClass?: string | undefined;
  readonly address?: Ipv4Address | undefined;
}

/** Why a host stopped, and what a person can do about it. */
export interface Failure {
  readonly reason: string;
  readonly remedy: string;
  readonly at: Instant;
  /** The state in which it happened. */
  readonly during: HostState;
}

/** A physical machine in the inventory. Only `lifecycle.ts` makes one with another `state`. */
export interface Host {
  readonly id: HostId;
  /** A DNS label; a discovered machine is named after its MAC until it is accepted. */
  readonly name: string;
  readonly state: HostState;
  /** When the state was entered. */
  readonly since: Instant;
  /** When the machine last asked for what its state waits for; a machine that asks is not stuck. */
  readonly heardAt?: Instant | undefined;
  /** Why it is where it is, in words, where the state alone does not say. */
  readonly detail?: string | undefined;
  readonly macs: readonly MacAddress[];
  readonly uuid?: string | undefined;
  /** Reserved address. */
  readonly address?: Ipv4Address | undefined;
  readonly assignment?: Assignment | undefined;
  /** Target disk: a kernel name (`vda`) or a path (`/dev/disk/by-id/…`). Without one, the only disk is taken. */
  readonly disk?: string | undefined;
  /** Interface for the node's address. Without one, the interface that booted. */
  readonly nic?: string | undefined;
  readonly medium?: string | undefined;
  readonly image?: string | undefined;
  readonly loader?: LoaderChoice | undefined;
  /** Added to the installer's and the installed system's kernel command lines. */
  readonly kernelArguments: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly facts?: HostFacts | undefined;
  readonly sighting?: Sighting | undefined;
  readonly install?: Install | undefined;
  readonly failure?: Failure | undefined;
  readonly createdAt: Instant;
}
