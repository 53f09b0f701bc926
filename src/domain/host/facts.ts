import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Instant } from '../time/clock.ts';

/** What the installer found in the machine. It comes from the machine: shown escaped, trusted for nothing but itself. */
export interface HostFacts {
  readonly at: Instant;
  readonly vendor?: string | undefined;
  readonly product?: string | undefined;
  readonly serial?: string | undefined;
  readonly uuid?: string | undefined;
  readonly firmware: 'bios' | 'uefi';
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly nics: readonly NicFacts[];
  readonly disks: readonly DiskFacts[];
}

export interface NicFacts {
  readonly name: string;
  readonly mac: MacAddress;
  readonly addresses: readonly Ipv4Address[];
  readonly carrier: boolean;
}

export interface DiskFacts {
  /** Kernel name, such as `vda` or `nvme0n1`. */
  readonly name: string;
  readonly bytes: number;
  readonly model?: string | undefined;
  readonly serial?: string | undefined;
  /** `/dev/disk/by-id/` names that lead to it. */
  readonly ids: readonly string[];
  readonly removable: boolean;
}
