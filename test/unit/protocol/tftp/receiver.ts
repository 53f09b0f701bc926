import type { TftpPacket } from '../../../../src/protocol/tftp/packet.ts';

/**
 * The receiving side of a read, as the RFCs describe a client and no kinder to the server than real ones: it reports
 * every packet out of order with an ACK of the last good block, also duplicates.
 */
export class Receiver {
  readonly pieces: Buffer[] = [];
  readonly #windowSize: number;
  readonly #blockSize: number;
  #good = 0;
  #inWindow = 0;
  #heard = false;
  #done = false;

  constructor(blockSize: number, windowSize: number) {
    this.#blockSize = blockSize;
    this.#windowSize = windowSize;
  }

  get done(): boolean {
    return this.#done;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.pieces);
  }

  /** The answer to a packet, if any. */
  take(packet: TftpPacket): TftpPacket | undefined {
    if (packet.kind === 'oack') {
      this.#heard = true;
      return this.#good === 0 ? this.#ack() : undefined;
    }
    if (packet.kind !== 'data') return undefined;
    this.#heard = true;
    if (((packet.block - this.#good) & 0xffff) !== 1) return this.#ack();
    this.#good += 1;
    this.#inWindow += 1;
    this.pieces.push(Buffer.from(packet.bytes));
    if (packet.bytes.length < this.#blockSize) this.#done = true;
    return this.#done || this.#inWindow === this.#windowSize ? this.#ack() : undefined;
  }

  /** What it sends after a silence; undefined: its request again. */
  insist(): TftpPacket | undefined {
    return this.#heard ? this.#ack() : undefined;
  }

  #ack(): TftpPacket {
    this.#inWindow = 0;
    return { kind: 'ack', block: this.#good & 0xffff };
  }
}
