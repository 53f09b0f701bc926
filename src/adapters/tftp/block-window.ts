import { DATA_HEADER, writeDataHeader } from '../../protocol/tftp/packet.ts';
import { contentSize } from './source.ts';
import type { TftpContent } from './source.ts';

const PIECE = 256 * 1024;

interface Piece {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * The DATA packets of one window, ready to send. A ring of packet buffers is filled from memory or from pieces read
 * ahead, so that a block is copied once, resent without another read, and nothing is allocated per packet.
 *
 * A buffer may wait in the kernel's queue when it is reused: then a later block is sent in place of one that the client
 * has acknowledged since, which does no harm because each packet is complete in itself. The last block of a file has
 * another length and therefore a buffer of its own.
 */
export class BlockWindow {
  readonly #content: TftpContent;
  readonly #size: number;
  readonly #blockSize: number;
  readonly #blocksPerPiece: number;
  readonly #slots: { block: number; packet: Buffer }[] = [];
  readonly #windowSize: number;
  readonly #finalBlock: number;
  #pieces: Piece[] = [];
  #loading: Promise<void> | undefined;

  constructor(content: TftpContent, blockSize: number, windowSize: number) {
    this.#content = content;
    this.#size = contentSize(content);
    this.#blockSize = blockSize;
    this.#windowSize = windowSize;
    this.#finalBlock = Math.floor(this.#size / blockSize) + 1;
    // Whole blocks, so that no block lies across two pieces.
    this.#blocksPerPiece = Math.max(windowSize, Math.floor(PIECE / blockSize));
  }

  /** The packet of a block, or undefined while its bytes are still being read: wait for {@link load}. */
  packet(block: number): Buffer | undefined {
    const slot = this.#slots[block % this.#windowSize];
    if (slot?.block === block) return slot.packet;
    const bytes = this.#bytesOf(block);
    if (bytes === undefined) return undefined;
    const isFinal = block === this.#finalBlock;
    const packet =
      isFinal || slot === undefined ? Buffer.allocUnsafeSlow(DATA_HEADER + bytes.length) : slot.packet;
    writeDataHeader(packet, block);
    packet.set(bytes, DATA_HEADER);
    if (slot === undefined) this.#slots[block % this.#windowSize] = { block, packet };
    else {
      slot.block = block;
      slot.packet = packet;
    }
    return packet;
  }

  /** Resolves when the bytes of `block` are in memory; rejects when they cannot be read. */
  async load(block: number): Promise<void> {
    const index = this.#pieceOf(block);
    while (!this.#pieces.some((piece) => piece.index === index)) {
      this.#loading ??= this.#read(index);
      await this.#loading;
    }
  }

  #pieceOf(block: number): number {
    return Math.floor((block - 1) / this.#blocksPerPiece);
  }

  #bytesOf(block: number): Uint8Array | undefined {
    const start = (block - 1) * this.#blockSize;
    const length = Math.min(this.#blockSize, this.#size - start);
    if (this.#content.kind === 'bytes') return this.#content.bytes.subarray(start, start + length);
    if (length === 0) return new Uint8Array(0);
    const index = this.#pieceOf(block);
    const piece = this.#pieces.find((held) => held.index === index);
    if (piece === undefined) return undefined;
    this.#readAhead(index + 1);
    const offset = start - index * this.#blocksPerPiece * this.#blockSize;
    return piece.bytes.subarray(offset, offset + length);
  }

  #readAhead(index: number): void {
    if (this.#loading !== undefined || this.#pieces.some((piece) => piece.index === index)) return;
    if (index * this.#blocksPerPiece * this.#blockSize >= this.#size) return;
    this.#loading = this.#read(index);
    // Who needs the piece meets the failure in load(), which reads again.
    this.#loading.catch(() => undefined);
  }

  async #read(index: number): Promise<void> {
    if (this.#content.kind === 'bytes') return;
    try {
      const pieceSize = this.#blocksPerPiece * this.#blockSize;
      const offset = index * pieceSize;
      const length = Math.min(pieceSize, this.#size - offset);
      const bytes = await this.#content.read(offset, length);
      if (bytes.length !== length)
        throw new Error(`the file ended at ${offset + bytes.length} of ${this.#size} bytes`);
      this.#pieces = [...this.#pieces.filter((piece) => piece.index === index - 1), { index, bytes }];
    } finally {
      this.#loading = undefined;
    }
  }
}
