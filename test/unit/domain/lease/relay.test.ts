import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../src/protocol/dhcp/message-type.ts';
import { uint32Bytes } from '../../../../src/protocol/dhcp/option-value.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import { address, discover, ip, request, select } from '../../../fakes/lease-packets.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

const remote = (name: string, third: number, changes = {}) =>
  networkWith({
    name,
    interface: undefined,
    subnet: { base: `10.30.${third}.0` as Ipv4Address, prefix: 24 },
    ranges: [{ first: `10.30.${third}.100` as Ipv4Address, last: `10.30.${third}.101` as Ipv4Address }],
    limits: { knownShare: 0 },
    ...changes,
  });
const networks = [networkWith(), remote('far1', 1), remote('far2', 2)];
const option82 = (code: number, value: string) => Uint8Array.of(code, 4, ...uint32Bytes(ip(value)));

describe('a relayed client', () => {
  it('is served from the network of its relay, and answered through it (RFC 2131 §4.3.1)', () => {
    const offer = new LeaseBench(networks).send(discover(1, [], { giaddr: ip('10.30.1.1') }));
    expect(offer).toMatchObject({ said: 'OFFER', address: '10.30.1.100', to: 'relay 10.30.1.1:67' });
    expect(offer.packet?.giaddr).toBe(ip('10.30.1.1'));
  });
  it('is served from the link its relay selects (RFC 3527), before giaddr', () => {
    const offer = new LeaseBench(networks).send(
      discover(1, [[82, option82(5, '10.30.2.0')]], { giaddr: ip('10.30.1.1') }),
    );
    expect(offer).toMatchObject({ address: '10.30.2.100', to: 'relay 10.30.1.1:67' });
  });
  it('is served from the subnet it selects itself (RFC 3011)', () => {
    expect(new LeaseBench(networks).send(discover(1, [address(118, '10.30.2.0')])).address).toBe(
      '10.30.2.100',
    );
  });
  it.each([
    ['a relay', discover(1, [], { giaddr: ip('192.0.2.1') })],
    ['a link selection', discover(1, [[82, option82(5, '192.0.2.0')]], { giaddr: ip('10.30.1.1') })],
    ['a subnet selection', discover(1, [address(118, '192.0.2.0')])],
  ])('gets silence when %s names a network we do not serve', (_, packet) => {
    const { said, decision } = new LeaseBench(networks).send(packet);
    expect(said).toBe('silence');
    expect(decision.reason).toContain('192.0.2.');
  });
  it('gets option 82 back as it was, and a NAK with the broadcast flag for the relay', () => {
    const relay = Uint8Array.of(1, 2, 3, 4, 9, 1, 7);
    const bench = new LeaseBench(networks);
    const fields = { giaddr: ip('10.30.1.1') };
    expect([...(bench.send(discover(1, [[82, relay]], fields)).packet?.options.get(82) ?? [])]).toEqual([
      ...relay,
    ]);
    const nak = bench.send(request(MessageType.request, 1, [address(50, '10.20.0.9')], fields));
    expect(nak).toMatchObject({ said: 'NAK', to: 'relay 10.30.1.1:67' });
    expect(nak.packet?.flags).toBe(0x8000);
  });
  it('renews by unicast past its relay', () => {
    const bench = new LeaseBench(networks);
    const first = bench.send(discover(1, [], { giaddr: ip('10.30.1.1') })).address;
    bench.send({ ...select(1, first), giaddr: ip('10.30.1.1') });
    const renew = bench.send(request(MessageType.request, 1, [], { ciaddr: ip(first) }));
    expect(renew).toMatchObject({ said: 'ACK', address: first, to: `unicast ${first}:68` });
  });
  it('names the relay as its server when the relay asks for that (RFC 5107)', () => {
    const bench = new LeaseBench(networks);
    const fields = { giaddr: ip('10.30.1.1') };
    const override = [[82, option82(11, '10.30.1.1')]] as const;
    const offer = bench.send(discover(1, override, fields));
    expect([...(offer.packet?.options.get(54) ?? [])]).toEqual([10, 30, 1, 1]);
    const ack = bench.send({ ...select(1, offer.address, '10.30.1.1', override), ...fields });
    expect(ack.said).toBe('ACK');
    const foreign = bench.send({ ...select(2, offer.address, '10.30.1.1'), ...fields });
    expect(foreign.said).toBe('silence');
  });
});

describe('networks that share a wire', () => {
  it('lend each other addresses when one runs out', () => {
    const shared = [remote('a', 1, { sharedNetwork: 'hall' }), remote('b', 2, { sharedNetwork: 'hall' })];
    const bench = new LeaseBench(shared);
    const from = (client: number) => bench.send(discover(client, [], { giaddr: ip('10.30.1.1') })).address;
    expect([1, 2, 3].map(from)).toEqual(['10.30.1.100', '10.30.1.101', '10.30.2.100']);
  });
  it('do so without being told when they are on one interface, with the right mask each', () => {
    const second = remote('b', 2, { interface: 'eth1' });
    const bench = new LeaseBench([networkWith(), second]);
    const ack = bench.send(request(MessageType.request, 1, [], { ciaddr: ip('10.30.2.100') }));
    expect(ack).toMatchObject({ said: 'ACK', address: '10.30.2.100' });
  });
});
