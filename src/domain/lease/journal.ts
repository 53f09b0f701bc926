import type { Lease } from './lease.ts';

/**
 * The durable memory of leases. The lease engine answers from its own table; this is read once at start and written
 * before an ACK leaves (RFC 2131 §3.1 step 4: the server "commits the binding to persistent storage").
 */
export interface LeaseJournal {
  load(): Promise<readonly Lease[]>;
  /**
   * Resolves when the records are on disk, in the order of calls. Rejects with a Problem (`storage-full`,
   * `storage-locked`, `internal`) when they are not; then none of them is.
   */
  commit(leases: readonly Lease[]): Promise<void>;
  close(): Promise<void>;
}
