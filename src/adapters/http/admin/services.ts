import type { ClusterAddons } from '../../../domain/cluster/addons/cluster-addons.ts';
import type { ClusterAccess } from '../../../domain/cluster/cluster-access.ts';
import type { ClusterRemoval } from '../../../domain/cluster/cluster-removal.ts';
import type { ClusterUp } from '../../../domain/cluster/cluster-up.ts';
import type { HostDeparture } from '../../../domain/cluster/host-departure.ts';
import type { ClusterReader } from '../../../domain/cluster/live-state.ts';
import type { Cluster } from '../../../domain/cluster/record.ts';
import type { EventLog } from '../../../domain/event/event.ts';
import type { HostInventory } from '../../../domain/host/inventory.ts';
import type { ServedNetwork } from '../../../domain/lease/network.ts';
import type { Image } from '../../../domain/media/image.ts';
import type { Medium } from '../../../domain/media/medium.ts';
import type { Instant } from '../../../domain/time/clock.ts';

/** A lease as the API shows it. */
export interface LeaseView {
  readonly address: string;
  readonly mac?: string | undefined;
  readonly clientId?: string | undefined;
  readonly network: string;
  readonly state: string;
  readonly hostname?: string | undefined;
  readonly expiresAt?: Instant | undefined;
}

export interface ImportProgress {
  readonly phase: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number | undefined;
}

interface ImportOrder {
  readonly name?: string | undefined;
  readonly progress?: ((progress: ImportProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface MediumOrder extends ImportOrder {
  readonly file: string;
  readonly all?: boolean | undefined;
}

export interface ImageOrder extends ImportOrder {
  readonly path: string;
  readonly ref?: string | undefined;
}

/** Things imported by name: media or images. */
export interface Library<T, Order> {
  list(): readonly T[];
  get(name: string): T | undefined;
  import(order: Order): Promise<T>;
  remove(name: string): Promise<boolean>;
}

/** How one part of the appliance is. */
export interface PartStatus {
  readonly name: string;
  readonly state: 'ok' | 'failing' | 'off';
  /** In words, where the state is not enough. */
  readonly detail?: string | undefined;
}

export interface StatusReport {
  readonly version: string;
  readonly startedAt: Instant;
  /** Every listener is up and the disk takes work. */
  readonly ready: boolean;
  readonly parts: readonly PartStatus[];
  /** Other DHCP servers that were heard on served networks. */
  readonly rivals?: readonly { readonly address: string; readonly network: string }[] | undefined;
}

/** What is done with clusters beyond keeping them. */
export interface ClusterWork {
  readonly addons: Pick<ClusterAddons, 'status'>;
  readonly access: Pick<ClusterAccess, 'kubeconfig' | 'certificates'>;
  readonly up: Pick<ClusterUp, 'up'>;
  readonly reader: ClusterReader;
  readonly removal: Pick<ClusterRemoval, 'remove'>;
  readonly departure: Pick<HostDeparture, 'release'>;
}

/** What the administration talks to. The appliance puts it together. */
export interface Services {
  readonly hosts: Pick<
    HostInventory,
    'all' | 'find' | 'add' | 'accept' | 'assign' | 'arm' | 'cancel' | 'reinstall' | 'release' | 'remove'
  >;
  readonly events: EventLog;
  readonly networks: { all(): readonly ServedNetwork[] };
  readonly leases: () => readonly LeaseView[] | Promise<readonly LeaseView[]>;
  /** Why a machine gets what it gets from DHCP and the boot plan, from the packets already seen. */
  readonly explain: (
    mac: string,
  ) => { readonly lines: readonly string[] } | Promise<{ readonly lines: readonly string[] }>;
  readonly media: Library<Medium, MediumOrder>;
  readonly images: Library<Image, ImageOrder>;
  readonly clusters: {
    list(): Promise<readonly Cluster[]>;
    get(name: string): Promise<Cluster>;
    create(source: string, actor: string): Promise<{ cluster: Cluster; warnings: readonly string[] }>;
  };
  readonly clusterWork: ClusterWork;
  readonly status: () => StatusReport | Promise<StatusReport>;
  /** Where uploads wait until they are imported; on the disk of the libraries. */
  readonly uploads: string;
}
