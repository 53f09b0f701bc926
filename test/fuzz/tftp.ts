import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TftpServer } from '../../src/adapters/tftp/server.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { decodePacket, encodePacket } from '../../src/protocol/tftp/packet.ts';
import type { TftpPacket } from '../../src/protocol/tftp/packet.ts';
import { DEFAULT_RETRY_POLICY } from '../../src/protocol/tftp/transfer.ts';
import { seeded } from '../interop/tftp-bad-wire.ts';

const LOOPBACK = '127.0.0.1' as Ipv4Address;
const OPTIONS = ['blksize', 'tsize', 'timeout', 'windowsize', 'BLKSIZE', 'multicast', ''];
const VALUES = ['0', '1', '8', '512', '1468', '65464', '65536', '-1', '1e9', '99999999999999999999', '', 'x'];
const NAMES = ['f', '/f', '../f', '', 'a/../../b', 'f\u00ff', 'nothing', 'x'.repeat(400)];

export interface FuzzResult {
  readonly packets: number;
  readonly decoded: number;
  readonly live: number;
  readonly growthMiB: number;
}

/** Valid packets of every kind, most of them then damaged. */
class Mutator {
  readonly #chance: () => number;

  constructor(seed: number) {
    this.#chance = seeded(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#chance() * limit);
  }

  #pick<T>(choices: readonly T[], fallback: T): T {
    return choices[this.below(choices.length)] ?? fallback;
  }

  #packet(): TftpPacket {
    const options = Array.from(
      { length: this.below(5) },
      () => [this.#pick(OPTIONS, ''), this.#pick(VALUES, '')] as const,
    );
    const block = this.#pick([0, 1, 2, 3, 65_535, this.below(65_536)], 0);
    switch (this.below(6)) {
      case 0:
        return { kind: 'wrq', filename: this.#pick(NAMES, 'f'), mode: 'octet', options };
      case 1:
        return { kind: 'data', block, bytes: Buffer.alloc(this.below(600), 1) };
      case 2:
        return { kind: 'ack', block };
      case 3:
        return { kind: 'error', code: this.below(10), message: 'fuzz' };
      case 4:
        return { kind: 'oack', options };
      default: {
        const mode = this.#pick(['octet', 'netascii', 'mail', ''], 'octet');
        return { kind: 'rrq', filename: this.#pick(NAMES, 'f'), mode, options };
      }
    }
  }

  next(): Buffer {
    let bytes = encodePacket(this.#packet());
    for (let damage = this.below(4); damage > 0; damage -= 1) {
      const at = this.below(bytes.length);
      switch (this.below(4)) {
        case 0:
          bytes[at] = this.below(256);
          break;
        case 1:
          bytes = bytes.subarray(0, at);
          break;
        case 2:
          bytes = Buffer.concat([bytes, bytes.subarray(at)]);
          break;
        default:
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(this.below(20), this.below(256)), bytes.subarray(at)]); // prettier-ignore
      }
    }
    return bytes.subarray(0, 4096);
  }
}

/**
 * Feeds `packets` mutated datagrams to the codec and, from a set of ports, to a running server and its transfers, while
 * a well-behaved client reads a file again and again. Rejects when a packet throws, the good client is not served any
 * more, a fault is counted, a transfer is left over, or memory grows without bound.
 */
export async function fuzzTftp(packets: number, seed: number): Promise<FuzzResult> {
  const mutator = new Mutator(seed);
  let decoded = 0;
  for (let n = 0; n < packets; n += 1) if (decodePacket(mutator.next()) !== undefined) decoded += 1;

  const bytes = Buffer.alloc(3000, 'f');
  const server = await TftpServer.open({
    address: LOOPBACK,
    port: 0,
    source: {
      open: ({ path }) =>
        Promise.resolve(
          path === 'f'
            ? { kind: 'bytes', bytes }
            : { kind: 'refused', reason: 'not-found', message: 'no such file' },
        ),
    },
    limits: {
      transfersPerClient: 16,
      retry: { ...DEFAULT_RETRY_POLICY, initialMs: 50, minMs: 50, offerMs: 50, retries: 2, silenceMs: 500 },
    },
  });
  const attackers = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const socket = createSocket('udp4');
      socket.bind(0, LOOPBACK);
      await once(socket, 'listening');
      const attacker = { socket, target: server.port };
      socket.on('message', (_, from) => (attacker.target = from.port));
      socket.on('error', () => undefined);
      return attacker;
    }),
  );
  const before = process.memoryUsage().rss;
  let live = 0;
  try {
    while (live < packets) {
      for (let burst = 0; burst < 64 && live < packets; burst += 1, live += 1) {
        const attacker = attackers[mutator.below(attackers.length)];
        if (attacker === undefined) break;
        const port = mutator.below(2) === 0 ? server.port : attacker.target;
        attacker.socket.send(mutator.next(), port, LOOPBACK, () => undefined);
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (live % 64_000 === 0) await readOnce(server, bytes);
    }
    await readOnce(server, bytes);
    for (let waited = 0; server.active > 0; waited += 1) {
      if (waited > 100) throw new Error(`${server.active} transfers are left over`);
      await sleep(50);
    }
    if (server.counters.faults > 0) throw new Error(`${server.counters.faults} faults were caught`);
  } finally {
    for (const { socket } of attackers) socket.close();
    await server.close();
  }
  const growthMiB = Math.round((process.memoryUsage().rss - before) / 2 ** 20);
  if (growthMiB > 200) throw new Error(`memory grew by ${growthMiB} MiB`);
  return { packets, decoded, live, growthMiB };
}

/** A read as a good client does it; rejects when it takes more than 10 s. The server may be busy: it asks again. */
async function readOnce(server: TftpServer, expected: Buffer): Promise<void> {
  const socket = createSocket('udp4');
  const pieces: Buffer[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const ask = (): void =>
        socket.send(
          encodePacket({ kind: 'rrq', filename: 'f', mode: 'octet', options: [] }),
          server.port,
          LOOPBACK,
        );
      const again = setInterval(() => pieces.length === 0 && ask(), 200);
      const stop = setTimeout(() => {
        clearInterval(again);
        reject(new Error('the server no longer serves'));
      }, 10_000);
      socket.on('message', (datagram, from) => {
        const packet = decodePacket(datagram);
        if (packet?.kind !== 'data') return;
        if (packet.block === pieces.length + 1) pieces.push(Buffer.from(packet.bytes));
        socket.send(encodePacket({ kind: 'ack', block: pieces.length }), from.port, LOOPBACK);
        if (packet.bytes.length === 512 || packet.block !== pieces.length) return;
        clearInterval(again);
        clearTimeout(stop);
        resolve();
      });
      ask();
    });
  } finally {
    socket.close();
  }
  if (!Buffer.concat(pieces).equals(expected)) throw new Error('the good client got other bytes');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { packets: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const started = performance.now();
  const result = await fuzzTftp(Number(values.packets), Number(values.seed));
  console.log(
    JSON.stringify({ ...result, seed: Number(values.seed), ms: Math.round(performance.now() - started) }),
  );
}
