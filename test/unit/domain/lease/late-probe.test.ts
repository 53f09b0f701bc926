import { describe, expect, it } from 'vitest';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import { discover, select } from '../../../fakes/lease-packets.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

describe('a probe that ends late', () => {
  it('does not take the client itself for a stranger at its address', () => {
    const bench = new LeaseBench([networkWith({ probe: true })]);
    const { device, port, source, now } = bench;
    const early = bench.engine.handle(discover(1), { device, port, source, now });
    const offer = bench.send(discover(1));
    expect(bench.send(select(1, offer.address)).said).toBe('ACK');
    const late = early.probe?.resume(true, bench.now);
    expect(late).toMatchObject({ changes: [], events: [] });
    expect(late?.reply).toBeUndefined();
    expect(bench.send(discover(1)).address).toBe(offer.address);
  });
});
