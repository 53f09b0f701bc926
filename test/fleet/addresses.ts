import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Puts leased addresses on the device of the fleet, one `ip` for all of them. Not before they are leased: the appliance
 * probes an address before it offers it, and would find it taken.
 */
export class FleetAddresses {
  readonly #child: ChildProcess;
  readonly #device: string;
  readonly #added = new Map<string, Promise<void>>();

  constructor(device: string) {
    this.#device = device;
    this.#child = spawn('ip', ['-force', '-batch', '-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  }

  /** Resolves when sockets can be bound to it. @throws Error when that does not come to pass */
  add(address: string): Promise<void> {
    const known = this.#added.get(address);
    if (known !== undefined) return known;
    const added = this.#add(address);
    this.#added.set(address, added);
    return added;
  }

  async close(): Promise<void> {
    this.#child.stdin?.end();
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
  }

  async #add(address: string): Promise<void> {
    this.#child.stdin?.write(`addr add ${address}/32 dev ${this.#device}\n`);
    for (let tries = 0; tries < 400; tries += 1) {
      if (await canBind(address)) return;
      await sleep(10);
    }
    throw new Error(`${address} cannot be put on ${this.#device}`);
  }
}

async function canBind(address: string): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(0, address);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
