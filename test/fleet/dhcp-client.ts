import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { ipv4FromNumber } from '../../src/protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { decodePacket } from '../../src/protocol/dhcp/decode.ts';
import { encodePacket } from '../../src/protocol/dhcp/encode.ts';
import { MessageType } from '../../src/protocol/dhcp/message-type.ts';
import { OptionCode } from '../../src/protocol/dhcp/option-code.ts';
import { addressOption, messageType, textOption } from '../../src/protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../src/protocol/dhcp/packet.ts';
import { discoverPacket, requestPacket } from './dhcp-packets.ts';
import type { DhcpProgram } from './dhcp-packets.ts';
import type { FleetMachine } from './machine.ts';
import type { Stopwatch } from './stopwatch.ts';

/** EDK2's pauses; other firmware is of the same mind. */
const PATIENCE_MS: readonly number[] = [4000, 8000, 16_000, 32_000];

/** What an ACK told a machine. */
export interface Lease {
  readonly address: Ipv4Address;
  readonly server: Ipv4Address;
  readonly bootFile: string | undefined;
}

/** The client port of the whole fleet: replies find their machine by transaction id. */
export class DhcpClients {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: DhcpPacket) => void>();
  readonly #stopwatch: Stopwatch;
  #xid: number;

  private constructor(socket: Socket, stopwatch: Stopwatch) {
    this.#socket = socket;
    this.#stopwatch = stopwatch;
    this.#xid = (Date.now() & 0x7fff_ffff) >>> 0;
    socket.on('message', (bytes) => {
      const packet = decodePacket(bytes);
      if (typeof packet !== 'string' && packet.op === 2) this.#waiting.get(packet.xid)?.(packet);
    });
  }

  /** Must be called where port 68 is free and broadcasts leave by the wire to the appliance. */
  static async open(stopwatch: Stopwatch): Promise<DhcpClients> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
    socket.bind(68);
    await once(socket, 'listening');
    socket.setBroadcast(true);
    return new DhcpClients(socket, stopwatch);
  }

  close(): void {
    this.#socket.close();
  }

  /** The four messages of a lease. @throws Error when the server is silent for a minute, or refuses */
  async lease(machine: FleetMachine, program: DhcpProgram): Promise<Lease> {
    const xid = (this.#xid = (this.#xid + 1) >>> 0);
    const question = (secs: number) => ({ machine, program, xid, secs });
    const offer = await this.#exchange('DISCOVER', MessageType.offer, xid, (secs) =>
      discoverPacket(question(secs)),
    );
    const server = addressOption(offer, OptionCode.serverIdentifier) ?? 0;
    const ack = await this.#exchange('REQUEST', MessageType.ack, xid, (secs) =>
      requestPacket(question(secs), offer.yiaddr, server),
    );
    if (ack.yiaddr !== offer.yiaddr)
      throw new Error(`${machine.name} was given another address than offered`);
    return {
      address: ipv4FromNumber(ack.yiaddr),
      server: ipv4FromNumber(ack.siaddr),
      bootFile: bootFileOf(ack),
    };
  }

  async #exchange(
    what: string,
    wanted: number,
    xid: number,
    make: (secs: number) => DhcpPacket,
  ): Promise<DhcpPacket> {
    const started = performance.now();
    try {
      for (const patience of PATIENCE_MS) {
        const { promise, resolve } = Promise.withResolvers<DhcpPacket | undefined>();
        this.#waiting.set(xid, (reply) => {
          if ([wanted, MessageType.nak].includes(messageType(reply) ?? 0)) resolve(reply);
        });
        const secs = Math.floor((performance.now() - started) / 1000);
        if (secs > 0) this.#stopwatch.count(`DHCP ${what} sent again`);
        this.#socket.send(encodePacket(make(secs)), 67, '255.255.255.255');
        const timer = setTimeout(() => resolve(undefined), patience);
        const reply = await promise;
        clearTimeout(timer);
        if (reply === undefined) continue;
        if (messageType(reply) !== wanted) throw new Error(`the server refuses a ${what}`);
        this.#stopwatch.record(`DHCP ${what}`, performance.now() - started);
        return reply;
      }
    } finally {
      this.#waiting.delete(xid);
    }
    throw new Error(`nobody answers a DHCP ${what}`);
  }
}

function bootFileOf(ack: DhcpPacket): string | undefined {
  const option = textOption(ack, OptionCode.bootFileName);
  const field = Buffer.from(ack.file).toString('latin1').replace(/\0.*$/s, '');
  return option ?? (field === '' ? undefined : field);
}
