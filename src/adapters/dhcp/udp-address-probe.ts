import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { AddressProbe } from '../../domain/lease/probe.ts';

/** The discard port: nobody listens, and a host that is there resolves before it refuses. */
const DISCARD_PORT = 9;
const LOOKS_MS: readonly number[] = [5, 15, 40, 90, 150];
/** Beyond this many at once, a client waits no longer than the rest: it is offered its address unprobed. */
const MAX_AT_ONCE = 128;
/** ATF_COM in /proc/net/arp: the kernel has heard the neighbour's hardware address. */
const COMPLETE = 0x2;

/**
 * Makes the kernel ask for an address by ARP and reads what it learned, as Node has no raw sockets: one byte is sent to
 * the address, and `/proc/net/arp` shows within milliseconds whether someone answered.
 */
export class UdpAddressProbe implements AddressProbe {
  #socket: Socket | undefined;
  #table: Promise<ReadonlySet<string>> | undefined;
  #running = 0;

  async isOccupied(address: Ipv4Address, device: string): Promise<boolean> {
    if (this.#running >= MAX_AT_ONCE) return false;
    this.#running += 1;
    try {
      this.#provoke(address);
      for (const wait of LOOKS_MS) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        const table = await this.#neighbours();
        if (table.has(`${address} ${device}`)) return true;
      }
      return false;
    } finally {
      this.#running -= 1;
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
  }

  #provoke(address: Ipv4Address): void {
    if (this.#socket === undefined) {
      this.#socket = createSocket('udp4');
      this.#socket.unref();
      // No route, refused: the probe then finds nobody, which is the answer.
      this.#socket.on('error', () => undefined);
    }
    this.#socket.send(Buffer.of(0), DISCARD_PORT, address, () => undefined);
  }

  /** The table is read once for all probes that look at the same moment. */
  #neighbours(): Promise<ReadonlySet<string>> {
    this.#table ??= readNeighbours().finally(() => {
      this.#table = undefined;
    });
    return this.#table;
  }
}

async function readNeighbours(): Promise<ReadonlySet<string>> {
  const text = await readFile('/proc/net/arp', 'utf8').catch(() => '');
  const found = new Set<string>();
  for (const line of text.split('\n').slice(1)) {
    const [address = '', , flags = '0', hardware = '', , device = ''] = line.trim().split(/\s+/);
    const complete = (Number.parseInt(flags, 16) & COMPLETE) !== 0;
    if (complete && hardware !== '00:00:00:00:00:00') found.add(`${address} ${device}`);
  }
  return found;
}
