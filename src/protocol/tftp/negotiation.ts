import type { TftpOption } from './packet.ts';

/** The largest values a server agrees to. */
export interface NegotiationLimits {
  /** Octets of data per block; see {@link blockSizeForMtu}. */
  readonly blockSize: number;
  /** Blocks per window. */
  readonly windowSize: number;
}

/** What one transfer runs with, and the options to acknowledge; an empty list means that no OACK is sent. */
export interface Negotiated {
  readonly blockSize: number;
  readonly windowSize: number;
  /** The retransmission timeout the client asked for, in milliseconds. */
  readonly timeoutMs: number | undefined;
  readonly acknowledged: readonly TftpOption[];
}

const DEFAULT_BLOCK = 512;
const MIN_BLOCK = 8;
const MAX_TIMEOUT_SECONDS = 255;
const MAX_WINDOW = 65_535;

const IP_UDP_TFTP_HEADERS = 20 + 8 + 4;

/**
 * The largest block whose DATA packet is not fragmented on a link of this MTU. Boot ROMs often cannot reassemble, and
 * one lost fragment loses the block.
 */
export function blockSizeForMtu(mtu: number): number {
  return Math.max(DEFAULT_BLOCK, mtu - IP_UDP_TFTP_HEADERS);
}

function decimal(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Answers the options of a read request (RFC 2347, 2348, 2349, 7440). An option that is unknown, repeated or has an
 * impossible value is left out of the acknowledgement, which the RFC defines as "not agreed"; an ERROR would only keep
 * the host from booting.
 */
export function negotiate(
  requested: readonly TftpOption[],
  size: number,
  limits: NegotiationLimits,
): Negotiated {
  let blockSize = DEFAULT_BLOCK;
  let windowSize = 1;
  let timeoutMs: number | undefined;
  const acknowledged: TftpOption[] = [];
  const seen = new Set<string>();
  for (const [spelled, text] of requested) {
    const name = spelled.toLowerCase();
    const value = decimal(text);
    if (value === undefined || seen.has(name)) continue;
    seen.add(name);
    switch (name) {
      case 'blksize':
        if (value < MIN_BLOCK) break;
        blockSize = Math.min(value, limits.blockSize);
        acknowledged.push([spelled, String(blockSize)]);
        break;
      case 'windowsize':
        if (value < 1 || value > MAX_WINDOW) break;
        windowSize = Math.min(value, limits.windowSize);
        acknowledged.push([spelled, String(windowSize)]);
        break;
      case 'timeout':
        if (value < 1 || value > MAX_TIMEOUT_SECONDS) break;
        timeoutMs = value * 1000;
        acknowledged.push([spelled, String(value)]);
        break;
      case 'tsize':
        acknowledged.push([spelled, String(size)]);
        break;
      default:
        break;
    }
  }
  return { blockSize, windowSize, timeoutMs, acknowledged };
}
