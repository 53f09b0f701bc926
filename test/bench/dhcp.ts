import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePacket } from '../../src/protocol/dhcp/decode.ts';
import { encodePacket } from '../../src/protocol/dhcp/encode.ts';
import type { Ipv4Address } from '../../src/protocol/address/ipv4.ts';
import { LeaseBench } from '../fakes/lease-bench.ts';
import { discover, pxe, select } from '../fakes/lease-packets.ts';
import { networkWith } from '../fakes/lease-world.ts';
import { load, openRig, startHearth, startKea } from './dhcp-rig.ts';
import type { Load, Rig, Running } from './dhcp-rig.ts';

type Start = (rig: Rig, data: string) => Promise<Running>;

const RATES: readonly number[] = [1000, 2000, 3000, 4000, 5000, 6000, 7000];
const SECONDS = 5;
/** Three unless HEARTH_BENCH_RUNS says otherwise. */
const RUNS = Number(process.env['HEARTH_BENCH_RUNS'] ?? 3);
const CLIENTS = 500_000;

/**
 * The DHCP tables of docs/benchmarks.md: the DORA rate of Hearth beside Kea's on the same machine in the same run, the
 * cost of a packet and of 65,000 leases. Needs root, perfdhcp and kea-dhcp4.
 */
export async function benchDhcp(): Promise<string> {
  const rig = await openRig();
  try {
    const hearth = await ladder(rig, startHearth);
    const kea = await ladder(rig, startKea);
    return [
      '## DHCP: full exchanges (DISCOVER, OFFER, REQUEST, ACK) per second, perfdhcp',
      '',
      `Median of ${RUNS} runs of ${SECONDS} s, every client new. Hearth has each lease on disk (fsync) before its ACK; Kea 2.2 with memfile does not wait for the disk.`,
      '',
      '| target DORA/s | Hearth: drops OFFER/ACK, mean, worst | Kea: drops OFFER/ACK, mean, worst |',
      '| ---: | --- | --- |',
      ...RATES.map((rate, index) => `| ${rate} | ${cell(hearth[index])} | ${cell(kea[index])} |`),
      '',
      `Highest rate without a drop: Hearth ${zeroDrop(hearth)}, Kea ${zeroDrop(kea)}.`,
      '',
      ...inProcess(),
    ].join('\n');
  } finally {
    await rig.close();
  }
}

async function ladder(rig: Rig, start: Start): Promise<readonly Load[]> {
  const results: Load[] = [];
  for (const rate of RATES) {
    const runs: Load[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const server = await start(rig, await mkdtemp(join(rig.directory, 'data-')));
      runs.push(await load(rig, rate, SECONDS, CLIENTS));
      await server.stop();
    }
    const lost = (one: Load): number => one.dropsOffer + one.dropsAck;
    const median = runs.toSorted((a, b) => lost(a) - lost(b))[Math.floor(RUNS / 2)];
    if (median !== undefined) results.push(median);
  }
  return results;
}

function cell(result: Load | undefined): string {
  if (result === undefined) return '';
  const { dropsOffer, dropsAck, averageMs, maximumMs } = result;
  return `${dropsOffer} / ${dropsAck}, ${averageMs.toFixed(1)} ms, ${maximumMs.toFixed(0)} ms`;
}

function zeroDrop(results: readonly Load[]): number {
  let best = 0;
  for (const [index, result] of results.entries()) {
    if (result.dropsOffer + result.dropsAck > 0) break;
    best = RATES[index] ?? best;
  }
  return best;
}

/** The codec and the engine alone, and whether 65,000 leases slow a packet down. */
function inProcess(): readonly string[] {
  const bytes = encodePacket(discover(1, pxe(7)));
  const decodes = perSecond(200_000, () => void decodePacket(bytes));
  const rows = [1000, 65_000].map((count) => {
    const bench = new LeaseBench([
      networkWith({
        subnet: { base: '10.16.0.0' as Ipv4Address, prefix: 12 },
        ranges: [{ first: '10.17.0.0' as Ipv4Address, last: '10.30.255.255' as Ipv4Address }],
      }),
    ]);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let client = 0; client < count; client += 1) exchange(bench, client);
    const memory = process.memoryUsage().heapUsed - before;
    let next = count;
    const rate = perSecond(10_000, () => exchange(bench, (next += 1)));
    return `| ${count} | ${Math.round(rate)} | ${(memory / count / 1024).toFixed(1)} KiB |`;
  });
  return [
    `Codec alone: ${Math.round(decodes)} PXE DISCOVERs decoded per second.`,
    '',
    '| leases held | exchanges per second, engine and codec, both directions | heap per lease |',
    '| ---: | ---: | ---: |',
    ...rows,
    '',
  ];
}

function exchange(bench: LeaseBench, client: number): void {
  const offer = bench.send(discover(client));
  bench.send(select(client, offer.address));
}

function perSecond(times: number, work: () => void): number {
  const start = performance.now();
  for (let index = 0; index < times; index += 1) work();
  return (times / (performance.now() - start)) * 1000;
}

if (import.meta.main) console.log(await benchDhcp());
