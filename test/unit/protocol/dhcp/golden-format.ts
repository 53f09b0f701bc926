import { ipv4ToNumber } from '../../../../src/protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import { decodePacket } from '../../../../src/protocol/dhcp/decode.ts';
import { optionByCode } from '../../../../src/protocol/dhcp/option-registry.ts';
import { readText } from '../../../../src/protocol/dhcp/option-value.ts';
import type { DhcpPacket } from '../../../../src/protocol/dhcp/packet.ts';
import { describeMachine, describeQuestion } from '../../../../src/domain/lease/describe-packet.ts';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

/** A packet as a real client sent it, and how it came. */
export interface Capture {
  readonly source: string;
  readonly mode: 'authoritative' | 'proxy';
  readonly port: number;
  readonly from: string;
  /** The UDP payload in hex. */
  readonly request: string;
}

/** What the codec must read in it and the engine must answer. */
export interface Golden extends Capture {
  readonly decoded: {
    readonly machine: string;
    readonly question: string;
    readonly options: Record<string, string>;
  };
  readonly reply: {
    readonly said: string;
    readonly to: string;
    readonly address: string;
    readonly file: string;
    readonly options: Record<string, string>;
  };
}

/** Reads and answers a capture on the test bench's network, where the first address of the range is free. */
export function goldenOf(capture: Capture): Golden {
  const packet = decodePacket(Buffer.from(capture.request, 'hex'));
  if (typeof packet === 'string') throw new Error(packet);
  const network = networkWith(capture.mode === 'proxy' ? { dhcp: 'proxy', ranges: [] } : {});
  const bench = new LeaseBench([network]);
  bench.port = capture.port;
  bench.source = { address: ipv4ToNumber(capture.from as Ipv4Address), port: 68 };
  const reply = bench.send(packet);
  return {
    ...capture,
    decoded: {
      machine: describeMachine(packet) ?? 'does not boot from the network',
      question: describeQuestion(packet),
      options: optionsOf(packet),
    },
    reply: {
      said: reply.said,
      to: reply.to,
      address: reply.address,
      file: readText(reply.packet?.file ?? new Uint8Array()),
      options: reply.packet === undefined ? {} : optionsOf(reply.packet),
    },
  };
}

function optionsOf(packet: DhcpPacket): Record<string, string> {
  const entries = [...packet.options].map(([code, value]) => {
    const name = optionByCode(code)?.name ?? '';
    return [`${code} ${name}`, Buffer.from(value).toString('hex')] as const;
  });
  return Object.fromEntries(entries);
}
