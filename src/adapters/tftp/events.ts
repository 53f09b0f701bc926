import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { SessionResult } from './session.ts';

/** Which transfer an event is about. */
export interface TransferSubject {
  /** Unique within one server. */
  readonly id: number;
  readonly client: { readonly address: Ipv4Address; readonly port: number };
  readonly local: Ipv4Address;
  readonly path: string;
}

export interface TftpStarted extends TransferSubject {
  readonly kind: 'started';
  readonly size: number;
  readonly blockSize: number;
  readonly windowSize: number;
}

/** How a transfer ended. `ms` counts from its start. */
export type TftpConclusion = TransferSubject &
  (
    | {
        readonly kind: 'completed';
        readonly bytes: number;
        readonly ms: number;
        readonly retransmissions: number;
        /** False when everything was sent and only the very last ACK is missing. */
        readonly acknowledged: boolean;
      }
    /** The client wanted to know the size or tried options. Firmware does so before every real download. */
    | { readonly kind: 'aborted'; readonly probe: true; readonly ms: number }
    | { readonly kind: 'failed'; readonly reason: string; readonly bytes: number; readonly ms: number }
  );

/** A request that was turned away before a transfer began. */
export interface TftpRefused extends Omit<TransferSubject, 'id'> {
  readonly kind: 'refused';
  readonly reason: string;
}

/** What the appliance records. */
export type TftpEvent = TftpStarted | TftpConclusion | TftpRefused;

/** Where the server writes what an administrator may want to know. */
export interface TftpLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Says in the appliance's words how a session ended. */
export function conclusionOf(subject: TransferSubject, result: SessionResult): TftpConclusion {
  const { outcome, bytes, retransmissions } = result;
  const ms = Math.round(result.ms);
  const failed = (reason: string): TftpConclusion => ({ ...subject, kind: 'failed', reason, bytes, ms });
  switch (outcome.kind) {
    case 'completed':
      return {
        ...subject,
        kind: 'completed',
        bytes,
        ms,
        retransmissions,
        acknowledged: outcome.acknowledged,
      };
    case 'probed':
      return { ...subject, kind: 'aborted', probe: true, ms };
    case 'abandoned':
      return outcome.probed
        ? { ...subject, kind: 'aborted', probe: true, ms }
        : failed('the client started over');
    case 'cancelled':
      return failed(`the client gave up: ${outcome.message} (error ${outcome.code})`);
    case 'silent':
      return failed(outcome.answered ? 'the client stopped answering' : 'the client never answered');
    case 'broken':
      return failed(outcome.reason);
  }
}
