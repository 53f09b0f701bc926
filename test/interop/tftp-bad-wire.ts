import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';

/** What happens to packets, as chances from 0 to 1 per packet and direction. */
export interface Weather {
  readonly loss: number;
  readonly duplicate: number;
  /** Packets that are held back for up to `heldMs` and overtaken by later ones. */
  readonly reorder: number;
  readonly heldMs: number;
}

/** A reproducible sequence of numbers from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/**
 * A relay between TFTP clients and a server that treats packets badly, for kernels without sch_netem. Each client gets a
 * socket towards the server and another one that plays the server's transfer port.
 */
export class BadWire {
  readonly #entrance: Socket;
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Map<number, Socket>();
  readonly #server: { address: string; port: number };
  readonly #weather: Weather;
  readonly #chance: () => number;
  carried = 0;
  lost = 0;

  private constructor(server: { address: string; port: number }, weather: Weather, seed: number) {
    this.#server = server;
    this.#weather = weather;
    this.#chance = seeded(seed);
    this.#entrance = this.#socket();
  }

  /** Listens on the loopback at a port of the kernel's choice. */
  static async open(
    server: { address: string; port: number },
    weather: Weather,
    seed: number,
  ): Promise<BadWire> {
    const wire = new BadWire(server, weather, seed);
    wire.#entrance.bind(0, '127.0.0.1');
    await once(wire.#entrance, 'listening');
    wire.#entrance.on('message', (bytes, from) => {
      const upstream = wire.#clients.get(from.port) ?? wire.#join(from.port, from.address);
      wire.#carry(upstream, bytes, wire.#server);
    });
    return wire;
  }

  get port(): number {
    return this.#entrance.address().port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  #socket(): Socket {
    const socket = createSocket('udp4');
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    return socket;
  }

  #join(port: number, address: string): Socket {
    const upstream = this.#socket();
    const downstream = this.#socket();
    let transfer = this.#server;
    upstream.on('message', (bytes, from) => {
      transfer = from;
      this.#carry(downstream, bytes, { address, port });
    });
    downstream.on('message', (bytes) => this.#carry(upstream, bytes, transfer));
    this.#clients.set(port, upstream);
    return upstream;
  }

  #carry(socket: Socket, bytes: Buffer, to: { address: string; port: number }): void {
    const { loss, duplicate, reorder, heldMs } = this.#weather;
    const send = (): void => {
      if (this.#sockets.has(socket)) socket.send(bytes, to.port, to.address, () => undefined);
    };
    // atftp 0.8 ends the transfer at a second OACK, whoever doubled it.
    const copies = this.#chance() < duplicate && bytes[1] !== 6 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.carried += 1;
      if (this.#chance() < loss) this.lost += 1;
      else if (this.#chance() < reorder) setTimeout(send, this.#chance() * heldMs).unref();
      else send();
    }
  }
}
