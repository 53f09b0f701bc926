import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import { decodePacket, encodePacket } from '../../../../src/protocol/tftp/packet.ts';
import type { TftpOption, TftpPacket } from '../../../../src/protocol/tftp/packet.ts';

export const LOOPBACK = '127.0.0.1' as Ipv4Address;

/** A client whose every packet a test decides. */
export class ScriptedClient {
  readonly socket: Socket;
  readonly #listener: number;
  readonly #inbox: { packet: TftpPacket | undefined; from: RemoteInfo }[] = [];
  #wake: (() => void) | undefined;
  /** The port the server answers this transfer from. */
  tid = 0;

  private constructor(socket: Socket, listener: number) {
    this.socket = socket;
    this.#listener = listener;
    socket.on('message', (datagram, from) => {
      this.#inbox.push({ packet: decodePacket(datagram), from });
      this.#wake?.();
    });
  }

  static async open(listener: number): Promise<ScriptedClient> {
    const socket = createSocket('udp4');
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    return new ScriptedClient(socket, listener);
  }

  raw(bytes: Uint8Array | string, port = this.#listener): void {
    this.socket.send(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, port, LOOPBACK);
  }

  read(filename: string, options: readonly TftpOption[] = [], mode = 'octet'): void {
    this.raw(encodePacket({ kind: 'rrq', filename, mode, options }));
  }

  say(packet: TftpPacket): void {
    this.raw(encodePacket(packet), this.tid);
  }

  ack(block: number): void {
    this.say({ kind: 'ack', block });
  }

  /** The next packet that arrives; the test's own time limit bounds the wait. */
  async next(): Promise<TftpPacket | undefined> {
    for (;;) {
      const arrived = this.#inbox.shift();
      if (arrived !== undefined) {
        this.tid = arrived.from.port;
        return arrived.packet;
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** How many packets have arrived and were not taken. */
  get waiting(): number {
    return this.#inbox.length;
  }

  close(): void {
    this.socket.close();
  }
}
