import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePacket, encodePacket } from '../../../../src/protocol/tftp/packet.ts';
import type { TftpPacket } from '../../../../src/protocol/tftp/packet.ts';
import { DEFAULT_RETRY_POLICY, startTransfer, stepTransfer } from '../../../../src/protocol/tftp/transfer.ts';
import type { TransferEvent, TransferStep } from '../../../../src/protocol/tftp/transfer.ts';
import { Receiver } from './receiver.ts';

interface Weather {
  /** Chances per packet, 0 to 1. */
  readonly loss: number;
  readonly duplicate: number;
  /** Milliseconds a packet takes at most; different ones overtake each other. */
  readonly delay: number;
}

interface Trip {
  readonly content: Buffer;
  readonly blockSize: number;
  readonly windowSize: number;
  readonly offer: boolean;
  readonly weather: Weather;
  readonly seed: number;
}

function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Plays a transfer over a simulated network in virtual time, one queue of events for both ends. */
function travel(trip: Trip): { received: Buffer; done: boolean; dataSent: number; end: string } {
  const { content, blockSize, windowSize, weather } = trip;
  const chance = random(trip.seed);
  const queue: { at: number; run: () => void }[] = [];
  const later = (at: number, run: () => void): number => queue.push({ at, run });
  let now = 0;
  let dataSent = 0;
  let end = '';
  let timer = 0;
  const receiver = new Receiver(blockSize, windowSize);

  const carry = (packet: TftpPacket, deliver: (arrived: TftpPacket) => void): void => {
    const bytes = encodePacket(packet);
    const copies = chance() < weather.duplicate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      if (chance() >= weather.loss)
        later(now + 0.1 + chance() * weather.delay, () => {
          const arrived = decodePacket(bytes);
          if (arrived !== undefined) deliver(arrived);
        });
  };
  const follow = (step: TransferStep): TransferStep['transfer'] => {
    for (const action of step.actions) {
      if (action.kind === 'offer') carry({ kind: 'oack', options: [] }, toClient);
      else if (action.kind === 'send')
        for (let block = action.first; block <= action.last; block += 1) {
          dataSent += 1;
          const bytes = content.subarray((block - 1) * blockSize, block * blockSize);
          carry({ kind: 'data', block, bytes }, toClient);
        }
      else if (action.kind === 'wait') {
        const mine = ++timer;
        later(now + action.ms, () => {
          if (mine === timer) feed({ kind: 'timeout', at: now });
        });
      } else {
        end = action.outcome.kind;
        timer += 1;
      }
    }
    return step.transfer;
  };
  let patience = 0;
  const toClient = (packet: TftpPacket): void => {
    const reply = receiver.take(packet);
    if (reply !== undefined) carry(reply, toServer);
    insistLater();
  };
  const insistLater = (): void => {
    const mine = ++patience;
    later(now + 3000, () => {
      if (mine !== patience || receiver.done) return;
      const again = receiver.insist();
      if (again !== undefined) carry(again, toServer);
      else if (chance() >= weather.loss) feed({ kind: 'repeat', at: now });
      insistLater();
    });
  };
  const toServer = (packet: TftpPacket): void => {
    if (packet.kind === 'ack') feed({ kind: 'ack', block: packet.block, at: now });
  };
  const feed = (event: TransferEvent): void => {
    transfer = follow(stepTransfer(transfer, event));
  };
  const terms = { size: content.length, blockSize, windowSize, timeoutMs: undefined, offer: trip.offer };
  let transfer = follow(startTransfer(terms, { ...DEFAULT_RETRY_POLICY, retries: 30, silenceMs: 1e9 }, 0));
  for (let events = 0; queue.length > 0 && end === '' && events < 1e6; events += 1) {
    let first = 0;
    for (let at = 1; at < queue.length; at += 1)
      if ((queue[at]?.at ?? 0) < (queue[first]?.at ?? 0)) first = at;
    const [next] = queue.splice(first, 1);
    if (next === undefined) break;
    now = next.at;
    next.run();
  }
  return { received: receiver.bytes, done: receiver.done, dataSent, end };
}

const trips = (weather: fc.Arbitrary<Weather>): fc.Arbitrary<Trip> =>
  fc.record({
    content: fc
      .tuple(fc.nat(6000), fc.nat(255))
      .map(([length, salt]) =>
        Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + salt) ^ (at >> 8))),
      ),
    blockSize: fc.constantFrom(8, 64, 512, 1468),
    windowSize: fc.constantFrom(1, 2, 4, 8, 64),
    offer: fc.boolean(),
    weather,
    seed: fc.integer(),
  });

describe('a transfer over a bad network', () => {
  it('delivers identical bytes, whatever is lost, duplicated and reordered', () => {
    const weather = fc.record({
      loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
      duplicate: fc.double({ min: 0, max: 0.3, noNaN: true }),
      delay: fc.constantFrom(0, 1, 30),
    });
    fc.assert(
      fc.property(trips(weather), (trip) => {
        const { received, done, end } = travel(trip);
        expect(end).toBe('completed');
        expect(done).toBe(true);
        expect(received.equals(trip.content)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
  it('sends each block once when nothing happens to it', () => {
    const calm = fc.constant({ loss: 0, duplicate: 0, delay: 0 });
    fc.assert(
      fc.property(trips(calm), (trip) => {
        expect(travel(trip).dataSent).toBe(Math.floor(trip.content.length / trip.blockSize) + 1);
      }),
      { numRuns: 50 },
    );
  });
  it('does not double the traffic for good after a duplicate (sorcerer’s apprentice)', () => {
    const content = Buffer.alloc(64 * 2000, 'x');
    for (const windowSize of [1, 4, 8]) {
      let data = 0;
      for (let seed = 0; seed < 5; seed += 1)
        data += travel({
          content,
          blockSize: 64,
          windowSize,
          offer: true,
          weather: { loss: 0, duplicate: 0.01, delay: 0 },
          seed,
        }).dataSent;
      // One duplicate in a hundred packets may cost one window each, never all the windows that follow.
      expect(data / 5).toBeLessThan(2001 * (windowSize === 1 ? 1.001 : 1.2));
    }
  });
  it('loses little time to single losses in a window', () => {
    const content = Buffer.alloc(512 * 1000, 'y');
    const { dataSent, done } = travel({
      content,
      blockSize: 512,
      windowSize: 8,
      offer: true,
      weather: { loss: 0.01, duplicate: 0, delay: 0 },
      seed: 7,
    });
    expect(done).toBe(true);
    expect(dataSent).toBeLessThan(1001 * 1.2);
  });
});
