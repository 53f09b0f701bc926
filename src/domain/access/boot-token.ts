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

/** Every write is durable when it resolves and happens as a whole: two machines with one token cannot both be first. */
export interface BootTokenStore {
  /** Adds a token and revokes those of other installs of its host, and all but the newest few of this one. */
  add(record: BootTokenRecord): Promise<void>;
  /** Revokes every other token of the same host. */
  revokeOthers(hash: string, at: Instant): Promise<void>;
  find(hash: string): Promise<BootTokenRecord | undefined>;
  /** Counts a use; the record that comes back has it counted. */
  countUse(hash: string): Promise<BootTokenRecord | undefined>;
  /** Binds a token to the address that fetched its Ignition, unless it is bound already; says to which it is bound now. */
  bindIgnition(hash: string, address: string): Promise<string | undefined>;
  /** Revokes all tokens of a host; returns how many were still valid. */
  revokeForHost(host: HostId, at: Instant): Promise<number>;
  /** Forgets tokens that expired before a moment. */
  sweep(before: Instant): Promise<number>;
}
