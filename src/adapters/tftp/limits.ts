import { blockSizeForMtu } from '../../protocol/tftp/negotiation.ts';
import type { NegotiationLimits } from '../../protocol/tftp/negotiation.ts';
import { DEFAULT_RETRY_POLICY } from '../../protocol/tftp/transfer.ts';
import type { RetryPolicy } from '../../protocol/tftp/transfer.ts';

/** What one server spends on its clients. */
export interface TftpLimits extends NegotiationLimits {
  /** Transfers at the same time, of all clients together and of one address. */
  readonly transfers: number;
  readonly transfersPerClient: number;
  /** Largest text that is translated for a netascii request, in octets. */
  readonly netascii: number;
  /** How long the source may take to open a file, in milliseconds. */
  readonly openMs: number;
  readonly retry: RetryPolicy;
}

export const DEFAULT_TFTP_LIMITS: TftpLimits = {
  blockSize: blockSizeForMtu(1500),
  // A window is one burst into the client's receive buffer; RFC 7440 §6 measured little gain beyond 32.
  windowSize: 64,
  transfers: 2000,
  // ROM, iPXE and installer of one host, and some hosts behind one NAT.
  transfersPerClient: 32,
  netascii: 1024 * 1024,
  openMs: 10_000,
  retry: DEFAULT_RETRY_POLICY,
};
