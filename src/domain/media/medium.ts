import type { Instant } from '../time/clock.ts';

/** Machine architectures as installer trees spell them. */
export type MediumArchitecture = 'x86_64' | 'aarch64';

/** UEFI programs under `EFI/BOOT` of one architecture, as paths in the tree. */
export interface FirmwareFiles {
  /** `BOOTX64.EFI`, which is shim when a GRUB lies beside it. */
  readonly shim?: string | undefined;
  readonly grub?: string | undefined;
  /** MokManager. */
  readonly mokManager?: string | undefined;
}

/** An imported installer ISO. Paths are relative to the root of the tree it is served as. */
export interface Medium {
  readonly name: string;
  /** Volume label of the ISO. */
  readonly label: string;
  /** `Oracle Linux`, as far as the ISO says. */
  readonly family: string | undefined;
  /** `8.10` */
  readonly version: string | undefined;
  /** `BaseOS` */
  readonly variant: string | undefined;
  readonly architecture: MediumArchitecture;
  /** Size of the ISO file in bytes. */
  readonly isoSize: number;
  /** SHA-256 of the ISO file, lower-case hex: what the vendor publishes. */
  readonly sha256: string;
  /** Whether the checksum implanted by the vendor was there and right. */
  readonly selfChecked: boolean;
  readonly kernel: string;
  readonly initrd: string;
  /** The installer's root file system, `images/install.img`. */
  readonly stage2: string;
  readonly firmware: Readonly<Partial<Record<MediumArchitecture, FirmwareFiles>>>;
  /** Whether the package repositories of the ISO were taken over too (`--all`). */
  readonly hasPackages: boolean;
  /** Files served, and their bytes together. */
  readonly fileCount: number;
  readonly fileBytes: number;
  readonly importedAt: Instant;
}
