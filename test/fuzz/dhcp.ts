import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodePacket } from '../../src/protocol/dhcp/decode.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { LeaseBench } from '../fakes/lease-bench.ts';
import { networkWith } from '../fakes/lease-world.ts';
import { DhcpLab, missingFor } from '../interop/dhcp-lab.ts';
import { corpus } from './dhcp-corpus.ts';
import { mutate, randomOf } from './mutate.ts';

/**
 * `node test/fuzz/dhcp.ts --packets 1000000 --seed 1 [--live 100000]`: mutated packets through the codec, the engine and,
 * with --live, a running server on a real socket. Ends with 1 on anything thrown, hung, lost or grown.
 */
const { values } = parseArgs({
  options: {
    packets: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    live: { type: 'string', default: '0' },
  },
});
const seed = Number(values.seed);

function fuzzEngine(count: number): void {
  const seeds = corpus();
  const random = randomOf(seed);
  const bench = new LeaseBench(
    [networkWith({ probe: true })],
    [{ name: 'a', macs: ['52:54:00:00:00:0d'], address: '10.20.0.20' }],
  );
  let understood = 0;
  for (let index = 0; index < count; index += 1) {
    const bytes = mutate(seeds[random() % seeds.length] ?? Buffer.alloc(0), (seed * 1_000_003 + index) >>> 0);
    const packet = decodePacket(bytes);
    if (typeof packet === 'string') continue;
    understood += 1;
    bench.port = index % 16 === 0 ? 4011 : 67;
    bench.send(packet);
    if (index % 1000 === 0) bench.wait(random() % 120);
  }
  const leases = [...bench.engine.leases()].length;
  if (leases > 256) throw new Error(`${leases} leases on a network of 256 addresses`);
  const memory = Math.round(process.memoryUsage().rss / 1048576);
  console.log(
    `engine: ${count} packets, ${understood} understood, ${leases} leases, ${memory} MiB, seed ${seed}`,
  );
}

async function fuzzSocket(count: number): Promise<void> {
  const reason = missingFor('ip', 'udhcpc');
  if (reason !== undefined) throw new Error(reason);
  const directory = mkdtempSync(join(tmpdir(), 'hearth-fuzz-'));
  const lab = new DhcpLab();
  try {
    const server = await lab.namespace('s');
    const client = await lab.namespace('c');
    await lab.wire(
      { namespace: server, device: 'srv20', address: '10.20.0.1/24' },
      { namespace: client, device: 'cli0', address: '10.20.0.2/24' },
    );
    // Mutated MAC addresses are new machines: they must not use up every address before the last client comes.
    const network = networkWith({
      interface: 'srv20',
      subnet: { base: '10.20.0.0' as Ipv4Address, prefix: 16 },
      ranges: [{ first: '10.20.8.0' as Ipv4Address, last: '10.20.254.255' as Ipv4Address }],
    });
    const { child } = await lab.serve(server, { data: directory, networks: [network], quiet: true });
    const script = new URL('./dhcp-sender.ts', import.meta.url).pathname;
    const sent = await lab.inside(client, [process.execPath, script, String(count), String(seed)], 600_000);
    const after = await lab.inside(client, [
      'udhcpc',
      '-i',
      'cli0',
      '-f',
      '-n',
      '-q',
      '-t',
      '5',
      '-T',
      '2',
      '-s',
      '/bin/true',
    ]);
    if (child.exitCode !== null) throw new Error('the server ended');
    if (!after.text.includes('lease of')) throw new Error(`no lease after ${sent.text}: ${after.text}`);
    console.log(`socket: ${sent.text.trim()}, and the server still answers`);
  } finally {
    await lab.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

fuzzEngine(Number(values.packets));
if (Number(values.live) > 0) await fuzzSocket(Number(values.live));
