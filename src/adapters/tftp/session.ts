import type { RemoteInfo, Socket } from 'node:dgram';
import type { Negotiated } from '../../protocol/tftp/negotiation.ts';
import { decodePacket, encodePacket, TFTP_ERROR } from '../../protocol/tftp/packet.ts';
import { startTransfer, stepTransfer } from '../../protocol/tftp/transfer.ts';
import type {
  RetryPolicy,
  Transfer,
  TransferEvent,
  TransferOutcome,
  TransferStep,
} from '../../protocol/tftp/transfer.ts';
import { BlockWindow } from './block-window.ts';
import type { TftpCounters } from './counters.ts';
import { contentSize } from './source.ts';
import type { TftpContent, TftpRequest } from './source.ts';

/** How a session ended, with what it sent. */
export interface SessionResult {
  readonly outcome:
    | TransferOutcome
    /** Our side failed, or wants no more. */
    | { readonly kind: 'broken'; readonly reason: string }
    /** The client turned to another request without a word. */
    | { readonly kind: 'abandoned'; readonly probed: boolean };
  readonly bytes: number;
  readonly ms: number;
  readonly retransmissions: number;
}

export interface SessionSetup {
  /** Bound already, to the address the client asked; the session closes it. */
  readonly socket: Socket;
  readonly client: TftpRequest['client'];
  readonly content: TftpContent;
  readonly negotiated: Negotiated;
  readonly retry: RetryPolicy;
  readonly counters: TftpCounters;
  /** Called exactly once. */
  readonly ended: (result: SessionResult) => void;
}

/** Runs one transfer: does on a socket, a timer and a content what the state machine says. */
export class TransferSession {
  readonly #setup: SessionSetup;
  readonly #window: BlockWindow;
  readonly #startedAt = performance.now();
  #transfer: Transfer;
  #over = false;
  #offered = false;
  #retransmissions = 0;
  /** When the state machine wants its timeout. The timer may fire earlier and is then set again. */
  #deadline = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  /** Blocks that were ordered while their bytes are still being read. */
  #owed: { next: number; last: number } | undefined;

  constructor(setup: SessionSetup) {
    this.#setup = setup;
    const { negotiated, socket } = setup;
    this.#window = new BlockWindow(setup.content, negotiated.blockSize, negotiated.windowSize);
    socket.on('message', (datagram, from) => this.#guard(() => this.#receive(datagram, from)));
    // The system reports what happened to an earlier packet, or a full queue: to the transfer that is a lost packet.
    socket.on('error', () => (setup.counters.faults += 1));
    const step = startTransfer(
      {
        size: contentSize(setup.content),
        blockSize: negotiated.blockSize,
        windowSize: negotiated.windowSize,
        timeoutMs: negotiated.timeoutMs,
        offer: negotiated.acknowledged.length > 0,
      },
      setup.retry,
      this.#startedAt,
    );
    this.#transfer = step.transfer;
    this.#guard(() => this.#follow(step));
  }

  /** The client has not answered since at least one timeout: the same request again means that it started over. */
  get unheard(): boolean {
    return this.#transfer.attempts > 0;
  }

  /** The client sent the request of this transfer again. */
  repeat(): void {
    if (!this.#over) this.#guard(() => this.#step({ kind: 'repeat', at: performance.now() }));
  }

  /** Ends the transfer from our side and tells the client why. */
  stop(reason: string): void {
    if (this.#over) return;
    this.#sendError(TFTP_ERROR.undefined, reason);
    this.#end({ kind: 'broken', reason });
  }

  /** Ends the transfer without a word: its client waits for the answer to a new request and would take an ERROR for it. */
  abandon(): void {
    this.#end({ kind: 'abandoned', probed: this.#transfer.acked === 0 });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#setup.counters.faults += 1;
      this.stop(error instanceof Error ? error.message : 'internal fault');
    }
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    if (this.#over) return;
    const { client, counters } = this.#setup;
    const packet = decodePacket(datagram);
    if (from.port !== client.port || from.address !== client.address) {
      counters.strangers += 1;
      // Never an ERROR in answer to an ERROR or to noise: two servers could keep each other busy.
      if (packet?.kind === 'ack' || packet?.kind === 'data')
        this.#sendError(TFTP_ERROR.unknownTransferId, 'unknown transfer id', from);
      return;
    }
    if (packet?.kind === 'ack') this.#step({ kind: 'ack', block: packet.block, at: performance.now() });
    else if (packet?.kind === 'error')
      this.#step({ kind: 'error', code: packet.code, message: packet.message, at: performance.now() });
    else counters.malformed += 1;
  }

  #step(event: TransferEvent): void {
    const step = stepTransfer(this.#transfer, event);
    this.#transfer = step.transfer;
    this.#follow(step);
  }

  #follow(step: TransferStep): void {
    for (const action of step.actions) {
      switch (action.kind) {
        case 'offer':
          this.#offer();
          break;
        case 'send':
          this.#countRepeated(action.repeated);
          this.#order(action.first, action.last);
          break;
        case 'wait':
          this.#wait(action.ms);
          break;
        case 'end':
          this.#end(action.outcome);
          break;
      }
    }
  }

  #offer(): void {
    if (this.#offered) this.#countRepeated(1);
    this.#offered = true;
    this.#send(encodePacket({ kind: 'oack', options: this.#setup.negotiated.acknowledged }));
  }

  #countRepeated(packets: number): void {
    this.#retransmissions += packets;
    this.#setup.counters.retransmissions += packets;
  }

  #order(first: number, last: number): void {
    if (this.#owed !== undefined) {
      this.#owed = { next: Math.min(this.#owed.next, first), last: Math.max(this.#owed.last, last) };
      return;
    }
    for (let block = first; block <= last; block += 1) {
      const packet = this.#window.packet(block);
      if (packet === undefined) {
        this.#owed = { next: block, last };
        this.#awaitBytes(block);
        return;
      }
      this.#send(packet);
    }
  }

  #awaitBytes(block: number): void {
    this.#window.load(block).then(
      () =>
        this.#guard(() => {
          const owed = this.#owed;
          this.#owed = undefined;
          if (owed === undefined || this.#over) return;
          // Meanwhile the client may have acknowledged what a repeated window owed it.
          this.#order(Math.max(owed.next, this.#transfer.acked + 1), owed.last);
        }),
      (error: unknown) => {
        this.#setup.counters.faults += 1;
        this.stop(error instanceof Error ? `read failed: ${error.message}` : 'read failed');
      },
    );
  }

  #send(packet: Buffer): void {
    const { socket, client } = this.#setup;
    socket.send(packet, client.port, client.address);
  }

  #sendError(
    code: number,
    message: string,
    to: { address: string; port: number } = this.#setup.client,
  ): void {
    this.#setup.socket.send(encodePacket({ kind: 'error', code, message }), to.port, to.address);
  }

  /** One timer serves many waits: it is set anew only when it would fire too late, not for each packet. */
  #wait(ms: number): void {
    const now = performance.now();
    this.#deadline = now + ms;
    if (this.#timer !== undefined && this.#timerAt <= this.#deadline) return;
    this.#setTimer(ms);
  }

  #setTimer(ms: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = performance.now() + ms;
    this.#timer = setTimeout(() => this.#guard(() => this.#expire()), ms);
  }

  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    // Timers count whole milliseconds and may be a fraction early.
    if (now + 1 < this.#deadline) this.#setTimer(this.#deadline - now);
    else this.#step({ kind: 'timeout', at: now });
  }

  #end(outcome: SessionResult['outcome']): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    // Closing at once would drop an ERROR that is still queued; by the next turn the system has taken it.
    setImmediate(() => this.#setup.socket.close());
    const { acked, terms } = this.#transfer;
    const finished = outcome.kind === 'completed';
    this.#setup.ended({
      outcome,
      bytes: finished ? terms.size : Math.min(acked * terms.blockSize, terms.size),
      ms: performance.now() - this.#startedAt,
      retransmissions: this.#retransmissions,
    });
  }
}
