import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_POLICY, startTransfer, stepTransfer } from '../../../../src/protocol/tftp/transfer.ts';
import type { TransferEvent, TransferStep, TransferTerms } from '../../../../src/protocol/tftp/transfer.ts';

/** A transfer with its actions in short: `offer`, `send 1-4`, `wait 1000`, `end completed`. */
class Script {
  #step: TransferStep;
  readonly #terms: TransferTerms;

  constructor(terms: Partial<TransferTerms>) {
    this.#terms = { size: 5120, blockSize: 512, windowSize: 1, timeoutMs: undefined, offer: false, ...terms };
    this.#step = startTransfer(this.#terms, DEFAULT_RETRY_POLICY, 0);
  }

  get said(): string[] {
    return this.#step.actions.map((action) => {
      switch (action.kind) {
        case 'offer':
          return 'offer';
        case 'send':
          return `send ${action.first}-${action.last}`;
        case 'wait':
          return `wait ${Math.round(action.ms)}`;
        case 'end':
          return `end ${action.outcome.kind}`;
      }
    });
  }

  get outcome(): unknown {
    const last = this.#step.actions.at(-1);
    return last?.kind === 'end' ? last.outcome : undefined;
  }

  /** What is sent in answer, without the waits. */
  get sent(): string[] {
    return this.said.filter((action) => !action.startsWith('wait'));
  }

  #on(event: TransferEvent): this {
    this.#step = stepTransfer(this.#step.transfer, event);
    return this;
  }

  ack(block: number, at = 0): this {
    return this.#on({ kind: 'ack', block, at });
  }

  timeout(at: number): this {
    return this.#on({ kind: 'timeout', at });
  }

  repeat(at: number): this {
    return this.#on({ kind: 'repeat', at });
  }

  error(code: number): this {
    return this.#on({ kind: 'error', code, message: 'no', at: 0 });
  }
}

describe('a transfer in lockstep', () => {
  it('starts with block 1 when no option was agreed', () =>
    expect(new Script({}).said).toEqual(['send 1-1', 'wait 1000']));
  it('starts with an OACK otherwise and sends on ACK 0', () => {
    const script = new Script({ offer: true });
    expect(script.said).toEqual(['offer', 'wait 6000']);
    expect(script.ack(1).said).toEqual([]);
    expect(script.ack(0).sent).toEqual(['send 1-1']);
  });
  it('sends the next block on each ACK and ends with the short one', () => {
    const script = new Script({ size: 1000 });
    expect(script.ack(1).sent).toEqual(['send 2-2']);
    expect(script.ack(2).outcome).toEqual({ kind: 'completed', acknowledged: true });
    expect(script.ack(2).said).toEqual([]);
  });
  it('ends a file of whole blocks with an empty one', () => {
    const script = new Script({ size: 1024 });
    expect(script.ack(1).ack(2).sent).toEqual(['send 3-3']);
    expect(script.ack(3).sent).toEqual(['end completed']);
  });
  it('sends an empty file as one empty block', () => {
    const script = new Script({ size: 0 });
    expect(script.sent).toEqual(['send 1-1']);
    expect(script.ack(1).sent).toEqual(['end completed']);
  });
  it('never resends on a duplicated ACK (sorcerer’s apprentice)', () => {
    const script = new Script({});
    expect(script.ack(1).sent).toEqual(['send 2-2']);
    expect(script.ack(1).said).toEqual([]);
    expect(script.ack(1).said).toEqual([]);
    expect(script.ack(2).sent).toEqual(['send 3-3']);
    expect(script.ack(1).said).toEqual([]);
  });
  it('ignores an ACK of a block that was not sent', () => {
    const script = new Script({});
    expect(script.ack(2).said).toEqual([]);
    expect(script.ack(40_000).said).toEqual([]);
  });
  it('resends on a timeout, ever more patiently, and gives up in the end', () => {
    const script = new Script({});
    const waits = [1000, 2000, 4000, 8000, 8000, 8000];
    let at = 0;
    for (const wait of waits) {
      at += wait;
      expect(script.timeout(at).sent).toEqual(['send 1-1']);
    }
    expect(script.timeout(at + 8000).outcome).toEqual({ kind: 'silent', answered: false });
  });
  it('resends the OACK late, because atftp ends the transfer at a second one', () => {
    expect(new Script({ offer: true }).timeout(6000).said).toEqual(['offer', 'wait 6000']);
    expect(new Script({ offer: true, timeoutMs: 1000 }).said).toEqual(['offer', 'wait 1500']);
  });
  it('resends the first answer at once to a client that asks again, but not to each copy of the request', () => {
    const script = new Script({ offer: true });
    expect(script.repeat(20).said).toEqual([]);
    expect(script.repeat(1000).said).toEqual(['offer', 'wait 6000']);
    expect(script.repeat(1020).said).toEqual([]);
    script.ack(0, 1100);
    expect(script.repeat(3000).said).toEqual([]);
    expect(new Script({}).repeat(1000).said).toEqual(['send 1-1', 'wait 1000']);
  });
  it('starts its patience afresh with each answer', () => {
    const script = new Script({});
    script.timeout(1000).timeout(3000);
    expect(script.ack(1, 3500).said).toEqual(['send 2-2', 'wait 1000']);
  });
  it('keeps a timeout the client asked for to the letter', () => {
    const script = new Script({ timeoutMs: 3000 });
    expect(script.said).toEqual(['send 1-1', 'wait 3000']);
    expect(script.timeout(3000).said).toEqual(['send 1-1', 'wait 3000']);
    expect(script.ack(1, 3100).said).toEqual(['send 2-2', 'wait 3000']);
  });
  it('is not held for long by a client that asked for a long timeout and left', () => {
    const script = new Script({ timeoutMs: 255_000 });
    expect(script.said).toEqual(['send 1-1', 'wait 60000']);
    expect(script.timeout(60_000).sent).toEqual(['end silent']);
  });
  it('learns how fast the client answers, within bounds', () => {
    const script = new Script({ size: 1e6 });
    expect(script.ack(1, 400).said).toEqual(['send 2-2', 'wait 1200']);
    for (let block = 2; block < 60; block += 1) script.ack(block, 400 + block);
    expect(script.said).toEqual(['send 60-60', 'wait 250']);
  });
  it('does not measure an answer that may belong to either of two copies (Karn)', () => {
    const script = new Script({ size: 1e6 });
    script.timeout(1000);
    expect(script.ack(1, 1001).said).toEqual(['send 2-2', 'wait 1000']);
  });
  it('counts as complete when only the last ACK is missing', () => {
    const script = new Script({ size: 600 });
    script.ack(1, 10);
    for (let n = 0; n < 6; n += 1) script.timeout(1000 * (n + 1));
    expect(script.timeout(9000).outcome).toEqual({ kind: 'completed', acknowledged: false });
  });
  it('rolls the block number over to 0 after 65,535', () => {
    const script = new Script({ size: 70_000 * 512 });
    for (let block = 1; block <= 65_535; block += 1) script.ack(block & 0xffff);
    expect(script.sent).toEqual(['send 65536-65536']);
    expect(script.ack(65_535).said).toEqual([]);
    expect(script.ack(0).sent).toEqual(['send 65537-65537']);
    expect(script.ack(1).sent).toEqual(['send 65538-65538']);
  });
});

describe('a client that ends the transfer', () => {
  it.each([0, 8])('only probed when it answers the OACK with ERROR %i', (code) =>
    expect(new Script({ offer: true }).error(code).outcome).toMatchObject({ kind: 'probed', code }),
  );
  it('cancelled when it had taken data', () =>
    expect(new Script({}).ack(1).error(3).outcome).toMatchObject({ kind: 'cancelled', code: 3 }));
});

describe('a windowed transfer', () => {
  const windowed = () => new Script({ size: 100 * 512, windowSize: 4 });
  it('sends whole windows and waits for the ACK of the last block', () => {
    const script = windowed();
    expect(script.sent).toEqual(['send 1-4']);
    expect(script.ack(4).sent).toEqual(['send 5-8']);
  });
  it('ends with a window that is not full', () => {
    const script = new Script({ size: 5 * 512 + 1, windowSize: 4 });
    expect(script.ack(4).sent).toEqual(['send 5-6']);
    expect(script.ack(6).sent).toEqual(['end completed']);
  });
  it('restarts behind an ACK in the middle of the window', () =>
    expect(windowed().ack(2).sent).toEqual(['send 3-6']));
  it('after a restart only moves on for reports that older packets may have caused', () => {
    const script = windowed();
    expect(script.ack(2).sent).toEqual(['send 3-6']);
    expect(script.ack(3).sent).toEqual(['send 7-7']);
    expect(script.ack(4).sent).toEqual(['send 8-8']);
    expect(script.ack(8).sent).toEqual(['send 9-12']);
  });
  it('restarts again for a gap in the resent part', () => {
    const script = windowed();
    script.ack(2);
    expect(script.ack(5).sent).toEqual(['send 6-9']);
  });
  it('resends from the last ACK on a timeout', () => {
    const script = windowed();
    script.ack(4);
    expect(script.timeout(5000).sent).toEqual(['send 5-8']);
  });
  it('answers a duplicated ACK with no data but waits less, once per window', () => {
    const script = windowed();
    script.ack(4, 2);
    expect(script.ack(4, 2).said).toEqual(['wait 20']);
    expect(script.ack(4, 2).said).toEqual([]);
    expect(script.timeout(22).said).toEqual(['send 5-8', 'wait 250']);
    expect(script.ack(4, 23).said).toEqual([]);
  });
  it('forgets the suspicion when the window is acknowledged after all', () => {
    const script = windowed();
    script.ack(4, 2).ack(4, 2);
    expect(script.ack(8, 3).said).toEqual(['send 9-12', 'wait 250']);
  });
  it('does not give up earlier because of suspected gaps', () => {
    const script = windowed();
    script.ack(4, 2).ack(4, 2).timeout(22);
    for (let n = 1; n <= 6; n += 1) expect(script.timeout(22 + n * 1000).sent).toEqual(['send 5-8']);
    expect(script.timeout(9000).sent).toEqual(['end silent']);
  });
  it('rolls over in the middle of a window', () => {
    const script = new Script({ size: 70_000 * 512, windowSize: 4 });
    for (let block = 4; block <= 65_532; block += 4) script.ack(block);
    expect(script.sent).toEqual(['send 65533-65536']);
    expect(script.ack(0).sent).toEqual(['send 65537-65540']);
  });
});
