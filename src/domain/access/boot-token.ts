import type { HostId } from '../host/host.ts';
import type { Instant } from '../time/clock.ts';

declare const tokenBrand: unique symbol;

/** 256 random bits in base64url, handed to one machine. Only its SHA-256 is ever stored. */
export type BootToken = string & { readonly [tokenBrand]: true };

/** What the store keeps of a token. */
export interface BootTokenRecord {
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  readonly host: HostId;
  readonly installId: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly revokedAt?: Instant | undefined;
  /** Address of the machine that fetched its Ignition with it; another address is refused from then on. */
  readonly ignitionAddress?: string | undefined;
  readonly uses: number;
}

export interface BootTokenStore {
  add(record: BootTokenRecord): Promise<void>;
  find(hash: string): Promise<BootTokenRecord | undefined>;
  /** Replaces the record with the same hash. */
  update(record: BootTokenRecord): Promise<void>;
  /** Revokes all tokens of a host, or all but one install's. */
  revokeForHost(host: HostId, at: Instant): Promise<number>;
  /** Forgets tokens that expired before a moment. */
  sweep(before: Instant): Promise<number>;
}
