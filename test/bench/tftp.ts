import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TftpServer } from '../../src/adapters/tftp/server.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { decodePacket, encodePacket } from '../../src/protocol/tftp/packet.ts';
import type { TftpPacket } from '../../src/protocol/tftp/packet.ts';
import { seeded } from '../interop/tftp-bad-wire.ts';
import { TftpNamespaces } from '../interop/tftp-namespaces.ts';
import { Receiver } from '../unit/protocol/tftp/receiver.ts';

const run = promisify(execFile);
const LOOPBACK = '127.0.0.1' as Ipv4Address;
const MIB = 1024 * 1024;
const FILE_MIB = 50;
const ROUNDS = 9;
const FLEET = 200;
const LOSS = 0.01;

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** MiB/s of atftp from each server by turns, so that a disturbance of the machine meets all alike. */
async function benchSingle(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bench-'));
  const out = join(folder, 'received');
  const content = randomBytes(FILE_MIB * MIB);
  writeFileSync(join(folder, 'file'), content);
  chmodSync(folder, 0o755);
  const net = new TftpNamespaces('bench');
  const table = ['| server | windowsize | median MiB/s | range | of tftpd-hpa |', '|---|---|---|---|---|'];
  try {
    await net.startHearth(folder);
    net.startServer(['in.tftpd', '--listen', '--foreground', '--user', 'root', '--address', `${net.serverAddress}:6901`, '--secure', folder]); // prettier-ignore
    net.startServer(['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--enable-tftp', `--tftp-root=${folder}`, '--user=root', '--pid-file', '--listen-address=127.0.0.1', `--listen-address=${net.secondAddress}`, '--bind-interfaces']); // prettier-ignore
    await sleep(500);
    const servers = [
      ['tftpd-hpa', net.serverAddress, '6901', 'file'],
      ['dnsmasq', net.secondAddress, '69', 'file'],
      ['hearth, file on disk', net.serverAddress, '69', 'file'],
      ['hearth, file in memory', net.serverAddress, '69', 'memory/file'],
    ] as const;
    for (const windowSize of [1, 8]) {
      const rates = new Map<string, number[]>(servers.map(([name]) => [name, []]));
      // The first round warms caches and compilers up and does not count.
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const [name, address, port, path] of servers) {
          const options = ['--option', 'blksize 1468', '--option', `windowsize ${windowSize}`];
          const [program, args] = net.onClient([
            'atftp',
            ...options,
            '-g',
            '-r',
            path,
            '-l',
            out,
            address,
            port,
          ]);
          const started = performance.now();
          await run(program, args, { timeout: 60_000 });
          const seconds = (performance.now() - started) / 1000;
          if (!readFileSync(out).equals(content)) throw new Error(`${name} delivered other bytes`);
          if (round > 0) rates.get(name)?.push(FILE_MIB / seconds);
        }
      }
      const reference = median(rates.get('tftpd-hpa') ?? []);
      for (const [name, numbers] of rates) {
        const range = `${Math.min(...numbers).toFixed(0)}–${Math.max(...numbers).toFixed(0)}`;
        const ratio = (median(numbers) / reference).toFixed(2);
        table.push(`| ${name} | ${windowSize} | ${median(numbers).toFixed(1)} | ${range} | ${ratio} |`);
      }
    }
  } finally {
    await net.close();
    rmSync(folder, { recursive: true });
  }
  return table.join('\n');
}

/** One simulated client that loses packets in both directions; resolves with the digest of what it got. */
function fleetClient(port: number, windowSize: number, seed: number): Promise<string> {
  const socket = createSocket('udp4');
  const chance = seeded(seed);
  const receiver = new Receiver(1468, windowSize);
  const options = [['blksize', '1468'], ['tsize', '0'], ['windowsize', String(windowSize)]] as const; // prettier-ignore
  let tid = port;
  const hasAll = (): boolean => receiver.done;
  const send = (packet: TftpPacket): void => {
    if (chance() >= LOSS) socket.send(encodePacket(packet), packet.kind === 'rrq' ? port : tid, LOOPBACK);
  };
  return new Promise((resolve, reject) => {
    let patience: NodeJS.Timeout | undefined;
    let silences = 0;
    const insist = (): void => {
      clearTimeout(patience);
      patience = setTimeout(() => {
        silences += 1;
        if (silences > 10) {
          socket.close();
          reject(new Error('the server does not answer'));
          return;
        }
        send(receiver.insist() ?? { kind: 'rrq', filename: 'file', mode: 'octet', options });
        insist();
      }, 2000);
    };
    socket.on('message', (datagram, from) => {
      if (hasAll() || chance() < LOSS) return;
      const packet = decodePacket(datagram);
      if (packet === undefined) return;
      silences = 0;
      tid = from.port;
      insist();
      const reply = receiver.take(packet);
      if (reply !== undefined) send(reply);
      if (!hasAll()) return;
      clearTimeout(patience);
      // A real client stays for a moment, in case its last ACK is lost.
      setTimeout(() => socket.close(), 1000);
      resolve(digest(receiver.bytes));
    });
    socket.bind(0, LOOPBACK, () => {
      send({ kind: 'rrq', filename: 'file', mode: 'octet', options });
      insist();
    });
  });
}

async function benchFleet(): Promise<string> {
  const bytes = randomBytes(MIB);
  const expected = digest(bytes);
  const table = [
    '| clients | windowsize | loss | succeeded | seconds | retransmissions |',
    '|---|---|---|---|---|---|',
  ];
  for (const windowSize of [1, 8]) {
    const server = await TftpServer.open({
      address: LOOPBACK,
      port: 0,
      source: { open: () => Promise.resolve({ kind: 'bytes', bytes }) },
      // All clients of the simulation share one address.
      limits: { transfersPerClient: FLEET },
    });
    const started = performance.now();
    const clients = Array.from({ length: FLEET }, (_, n) => fleetClient(server.port, windowSize, n + 1));
    const results = await Promise.allSettled(clients);
    const seconds = (performance.now() - started) / 1000;
    const good = results.filter((r) => r.status === 'fulfilled' && r.value === expected).length;
    table.push(
      `| ${FLEET} × 1 MiB | ${windowSize} | ${LOSS * 100} % each way | ${good} | ${seconds.toFixed(1)} | ${server.counters.retransmissions} |`,
    );
    await server.close();
  }
  return table.join('\n');
}

/** Measures the TFTP server beside tftpd-hpa and dnsmasq and with a fleet of clients; the answer is Markdown. */
export async function benchTftp(): Promise<string> {
  const single = await benchSingle();
  const fleet = await benchFleet();
  return [
    '### TFTP',
    '',
    `atftp, blksize 1468, ${FILE_MIB} MiB, two namespaces and a veth pair, median of ${ROUNDS} interleaved runs:`,
    '',
    single,
    '',
    'Neither tftpd-hpa 5.2 nor dnsmasq 2.90 agrees to a windowsize: they run in lockstep whatever is asked.',
    '',
    'Simulated clients in the process of the server, each packet lost at random, content compared by SHA-256:',
    '',
    fleet,
    '',
  ].join('\n');
}

if (import.meta.main) console.log(await benchTftp());
