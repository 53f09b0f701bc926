import { measured, patience } from './round-trip.ts';
import type { RoundTrip } from './round-trip.ts';

/**
 * The sending side of one TFTP read as a pure state machine: (transfer, event) → (transfer, actions). It knows blocks
 * by their absolute number (1, 2, 3 … beyond 65,535) and never touches the bytes; whoever runs it does what the actions
 * say and delivers what happened, with the time in milliseconds of any monotonic clock.
 */
export interface Transfer {
  readonly terms: TransferTerms;
  readonly policy: RetryPolicy;
  /** `offered`: an OACK waits for ACK 0. `sending`: a window is under way. `over`: nothing happens any more. */
  readonly phase: 'offered' | 'sending' | 'over';
  /** Number of the last block of the file, the one shorter than the block size. */
  readonly finalBlock: number;
  /** Every block up to this one has arrived. The window under way is `acked + 1 … acked + windowSize`. */
  readonly acked: number;
  /** The client has answered at least once. */
  readonly answered: boolean;
  /** A gap reported at or below this block may stem from packets sent before the last resend: see {@link onAck}. */
  readonly recover: number;
  /** Timeouts in a row without progress. */
  readonly attempts: number;
  readonly progressAt: number;
  readonly sentAt: number;
  /** No packet of the window under way was sent twice, so its answer may be measured. */
  readonly measurable: boolean;
  /** `armed`: the next timeout is a suspected gap, no silence. `spent`: this window was resent for one already. */
  readonly suspicion: 'none' | 'armed' | 'spent';
  readonly roundTrip: RoundTrip | undefined;
}

/** What client and server agreed to. */
export interface TransferTerms {
  /** Octets of the whole file as sent. */
  readonly size: number;
  readonly blockSize: number;
  readonly windowSize: number;
  /** Retransmission timeout by RFC 2349; undefined: chosen by measuring the client. */
  readonly timeoutMs: number | undefined;
  /** Options are acknowledged with an OACK before the first block. */
  readonly offer: boolean;
}

/** How long and how often to insist. All times in milliseconds. */
export interface RetryPolicy {
  /** Timeout while nothing is measured yet. */
  readonly initialMs: number;
  /** Bounds of a measured timeout; firmware that writes to flash between blocks answers unevenly. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Least time to wait after a duplicated ACK before its window is resent. */
  readonly gapMs: number;
  /**
   * Timeout of an OACK. atftp 0.8 ends the transfer at a second OACK, so a client that lacks it is given the time to
   * repeat its request, and one whose ACK was lost the time to repeat that: atftp does so after 5 s.
   */
  readonly offerMs: number;
  /** A repeated request is answered again at most this often. */
  readonly repeatMs: number;
  /** Timeouts in a row after which the client counts as gone. */
  readonly retries: number;
  /** Silence after which the client counts as gone, whatever timeout it asked for. */
  readonly silenceMs: number;
}

/** RFC 7440 §6 suggests 1 s and six attempts. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  initialMs: 1000,
  minMs: 250,
  maxMs: 8000,
  gapMs: 20,
  offerMs: 6000,
  repeatMs: 100,
  retries: 6,
  silenceMs: 60_000,
};

export type TransferEvent =
  | { readonly kind: 'ack'; readonly block: number; readonly at: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly at: number }
  /** The client sent its request again: it has not seen the first answer. */
  | { readonly kind: 'repeat'; readonly at: number }
  /** The time asked for by the last `wait` is over. */
  | { readonly kind: 'timeout'; readonly at: number };

export type TransferAction =
  | { readonly kind: 'offer' }
  /** Send these blocks back to back; the first `repeated` of them were sent before. */
  | { readonly kind: 'send'; readonly first: number; readonly last: number; readonly repeated: number }
  /** Forget the timeout asked for before and deliver one after `ms`. */
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'end'; readonly outcome: TransferOutcome };

export type TransferOutcome =
  /** `acknowledged` is false when everything was sent but the last ACK never came, which it need not (RFC 1350 §6). */
  | { readonly kind: 'completed'; readonly acknowledged: boolean }
  /** The client ended it before it took a block: it only wanted to know the size, or not these options. */
  | { readonly kind: 'probed'; readonly code: number; readonly message: string }
  | { readonly kind: 'cancelled'; readonly code: number; readonly message: string }
  | { readonly kind: 'silent'; readonly answered: boolean };

export interface TransferStep {
  readonly transfer: Transfer;
  readonly actions: readonly TransferAction[];
}

const NOTHING: readonly TransferAction[] = [];

/** Begins a transfer at the moment `at`. A file whose size is a multiple of the block size ends with an empty block. */
export function startTransfer(terms: TransferTerms, policy: RetryPolicy, at: number): TransferStep {
  const transfer: Transfer = {
    terms,
    policy,
    phase: 'offered',
    finalBlock: Math.floor(terms.size / terms.blockSize) + 1,
    acked: 0,
    answered: false,
    recover: 0,
    attempts: 0,
    progressAt: at,
    sentAt: at,
    measurable: true,
    suspicion: 'none',
    roundTrip: undefined,
  };
  if (!terms.offer) return nextWindow({ ...transfer, phase: 'sending' });
  return { transfer, actions: [{ kind: 'offer' }, { kind: 'wait', ms: timeoutOf(transfer) }] };
}

/** Takes one event into account. */
export function stepTransfer(transfer: Transfer, event: TransferEvent): TransferStep {
  if (transfer.phase === 'over') return { transfer, actions: NOTHING };
  switch (event.kind) {
    case 'ack':
      return onAck(transfer, event.block, event.at);
    case 'error':
      return end(transfer, {
        kind: transfer.acked === 0 ? 'probed' : 'cancelled',
        code: event.code,
        message: event.message,
      });
    case 'repeat':
      return onRepeat(transfer, event.at);
    case 'timeout':
      return onTimeout(transfer, event.at);
  }
}

/** The last block of the window under way. */
export function windowEnd(transfer: Transfer): number {
  return Math.min(transfer.acked + transfer.terms.windowSize, transfer.finalBlock);
}

/**
 * An ACK in the middle of a window reports a gap behind it, and the next window starts there (RFC 7440 §4). Two rules
 * keep a duplicated or reordered packet from doubling all that follow, the sorcerer's apprentice of RFC 1123 §4.2.3.1
 * in its windowed form:
 *
 * - After a resend, reports that can stem from the packets before it move the window on (`recover`) but resend nothing.
 * - An ACK that repeats the last one is never answered with data. In a windowed transfer it may mean that the first
 *   block of the window is lost, so the wait is cut to about a round trip; any progress in that time calls it off.
 */
function onAck(before: Transfer, block: number, at: number): TransferStep {
  if (before.phase === 'offered') {
    if (block !== 0) return { transfer: before, actions: NOTHING };
    return nextWindow(progressed({ ...before, phase: 'sending' }, at, before.measurable));
  }
  const last = windowEnd(before);
  // Distance in the 16-bit number space of the wire, which rolls over to 0 after 65,535.
  const distance = (block - before.acked) & 0xffff;
  const acked = before.acked + distance;
  if (acked > last) return { transfer: before, actions: NOTHING };
  if (distance === 0) return onRepeatedAck(before, at);
  const transfer = progressed({ ...before, acked }, at, before.measurable && acked === last);
  if (acked === transfer.finalBlock) return end(transfer, { kind: 'completed', acknowledged: true });
  if (acked === last) return nextWindow(transfer);
  if (acked <= before.recover) {
    const wait = { kind: 'wait', ms: gapWait(transfer) } as const;
    const newLast = windowEnd(transfer);
    return {
      transfer: { ...transfer, suspicion: 'armed' },
      actions:
        last < newLast ? [{ kind: 'send', first: last + 1, last: newLast, repeated: 0 }, wait] : [wait],
    };
  }
  return {
    transfer: { ...transfer, recover: last, measurable: false },
    actions: [
      { kind: 'send', first: acked + 1, last: windowEnd(transfer), repeated: last - acked },
      { kind: 'wait', ms: timeoutOf(transfer) },
    ],
  };
}

function onRepeatedAck(transfer: Transfer, at: number): TransferStep {
  // In lockstep the client's own timeout repeats its ACK: ours does the resending (RFC 1123 §4.2.3.1).
  if (transfer.terms.windowSize === 1 || transfer.suspicion !== 'none') return { transfer, actions: NOTHING };
  const ms = Math.max(0, transfer.sentAt + gapWait(transfer) - at);
  return {
    transfer: { ...transfer, answered: true, suspicion: 'armed' },
    actions: [{ kind: 'wait', ms }],
  };
}

function onRepeat(transfer: Transfer, at: number): TransferStep {
  if (transfer.answered || at - transfer.sentAt < transfer.policy.repeatMs)
    return { transfer, actions: NOTHING };
  return resend({ ...transfer, sentAt: at, measurable: false }, timeoutOf(transfer));
}

function onTimeout(before: Transfer, at: number): TransferStep {
  const gap = before.suspicion === 'armed';
  if (!gap && (before.attempts >= before.policy.retries || at - before.progressAt >= before.policy.silenceMs))
    return giveUp(before);
  const transfer: Transfer = {
    ...before,
    attempts: gap ? before.attempts : before.attempts + 1,
    suspicion: gap ? 'spent' : before.suspicion,
    recover: windowEnd(before),
    sentAt: at,
    measurable: false,
  };
  const ms = Math.min(timeoutOf(transfer), Math.max(1, transfer.progressAt + transfer.policy.silenceMs - at));
  return resend(transfer, ms);
}

/** The OACK again, or all of the window under way. */
function resend(transfer: Transfer, ms: number): TransferStep {
  if (transfer.phase === 'offered') return { transfer, actions: [{ kind: 'offer' }, { kind: 'wait', ms }] };
  const first = transfer.acked + 1;
  const last = windowEnd(transfer);
  return {
    transfer,
    actions: [
      { kind: 'send', first, last, repeated: last - transfer.acked },
      { kind: 'wait', ms },
    ],
  };
}

function giveUp(transfer: Transfer): TransferStep {
  const allSent = transfer.phase === 'sending' && windowEnd(transfer) === transfer.finalBlock;
  return end(
    transfer,
    allSent && transfer.answered
      ? { kind: 'completed', acknowledged: false }
      : { kind: 'silent', answered: transfer.answered },
  );
}

function end(transfer: Transfer, outcome: TransferOutcome): TransferStep {
  return { transfer: { ...transfer, phase: 'over' }, actions: [{ kind: 'end', outcome }] };
}

/** The client answered with something new: patience starts afresh. */
function progressed(transfer: Transfer, at: number, measurable: boolean): Transfer {
  return {
    ...transfer,
    answered: true,
    attempts: 0,
    progressAt: at,
    sentAt: at,
    suspicion: 'none',
    roundTrip: measurable ? measured(transfer.roundTrip, at - transfer.sentAt) : transfer.roundTrip,
  };
}

function nextWindow(before: Transfer): TransferStep {
  const transfer = before.measurable ? before : { ...before, measurable: true };
  return {
    transfer,
    actions: [
      { kind: 'send', first: transfer.acked + 1, last: windowEnd(transfer), repeated: 0 },
      { kind: 'wait', ms: timeoutOf(transfer) },
    ],
  };
}

/** A timeout the client asked for is kept to the letter; otherwise it is measured and doubles with each attempt. */
function timeoutOf(transfer: Transfer): number {
  const { policy, roundTrip, terms } = transfer;
  const asked = terms.timeoutMs;
  // See `offerMs`: half as long again lets a client with the same timeout speak first.
  if (transfer.phase === 'offered')
    return Math.min(asked === undefined ? policy.offerMs : asked * 1.5, policy.silenceMs);
  if (asked !== undefined) return Math.min(asked, policy.silenceMs);
  const base =
    roundTrip === undefined
      ? policy.initialMs
      : Math.min(policy.maxMs, Math.max(policy.minMs, patience(roundTrip)));
  return Math.min(policy.maxMs, base * 2 ** transfer.attempts);
}

function gapWait(transfer: Transfer): number {
  const { policy, roundTrip } = transfer;
  return Math.min(
    timeoutOf(transfer),
    Math.max(policy.gapMs, roundTrip === undefined ? policy.initialMs / 4 : patience(roundTrip)),
  );
}
