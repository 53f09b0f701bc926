import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../src/protocol/dhcp/message-type.ts';
import { OptionCode } from '../../../../src/protocol/dhcp/option-code.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import type { MacAddress } from '../../../../src/protocol/address/mac.ts';
import { textBytes } from '../../../../src/protocol/dhcp/option-value.ts';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import { address, discover, ip, pxe, request, select } from '../../../fakes/lease-packets.ts';
import type { OptionEntries } from '../../../fakes/lease-packets.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

const mac = (client: number) => `52:54:00:00:00:${client.toString(16).padStart(2, '0')}`;
const clientId = (...bytes: number[]): OptionEntries => [
  [OptionCode.clientIdentifier, Uint8Array.of(...bytes)],
];
const iPXE: OptionEntries = [[OptionCode.userClass, textBytes('iPXE')]];

function take(bench: LeaseBench, client: number, options: OptionEntries = []): string {
  const offer = bench.send(discover(client, options));
  return bench.send(select(client, offer.address, '10.20.0.1', options)).address;
}

describe('one host has one address', () => {
  it('across ROM, iPXE, installer and OS, whatever client identifiers they send', () => {
    const bench = new LeaseBench();
    const identities = [
      [...pxe(7), ...clientId(0, 9, 9, 9, 9)],
      [...pxe(7), ...iPXE, ...clientId(1, 0x52, 0x54, 0, 0, 0, 1)],
      clientId(255, 1, 2, 3, 4, 0, 1, 0, 1, 7, 7),
      [],
    ];
    expect(new Set(identities.map((options) => take(bench, 1, options))).size).toBe(1);
  });
  it('while two cards of one machine with one UUID get two', () => {
    const bench = new LeaseBench();
    expect(take(bench, 1, pxe(7))).not.toBe(take(bench, 2, pxe(7)));
  });
  it('and hardware without an Ethernet address is known by its client identifier (RFC 4390)', () => {
    const bench = new LeaseBench();
    const infiniband = { htype: 32, hlen: 0 };
    const one = bench.send(discover(1, clientId(255, 1), infiniband)).address;
    expect(bench.send(discover(1, clientId(255, 2), infiniband)).address).not.toBe(one);
    expect(bench.send(discover(2, clientId(255, 1), infiniband)).address).toBe(one);
  });
});

describe('a reservation', () => {
  const host = { name: 'node-1', macs: [mac(1), mac(2)], address: '10.20.0.50' };
  it('of a host lies outside the ranges and comes with its name', () => {
    const offer = new LeaseBench([networkWith()], [host]).send(discover(1));
    expect(offer.address).toBe('10.20.0.50');
    expect(Buffer.from(offer.packet?.options.get(12) ?? []).toString()).toBe('node-1');
  });
  it('inside a range is never given to another, even when asked for', () => {
    const bench = new LeaseBench([networkWith()], [{ ...host, address: '10.20.0.100' }]);
    expect(bench.send(discover(9, [address(50, '10.20.0.100')])).address).toBe('10.20.0.101');
    expect(bench.send(select(9, '10.20.0.100')).said).toBe('NAK');
    expect(bench.send(discover(1)).address).toBe('10.20.0.100');
  });
  it('moves a client that renews another address', () => {
    const bench = new LeaseBench([networkWith()], [host]);
    const renew = request(MessageType.request, 1, [], { ciaddr: ip('10.20.0.120') });
    expect(bench.send(renew)).toMatchObject({
      said: 'NAK',
      decision: { reason: '10.20.0.50 is reserved for this client' },
    });
  });
  it('passes to the other card of the host when the first was firmware', () => {
    const bench = new LeaseBench([networkWith()], [host]);
    expect(take(bench, 1, pxe(7))).toBe('10.20.0.50');
    expect(take(bench, 2)).toBe('10.20.0.50');
  });
  it('stays with a card whose system is up', () => {
    const bench = new LeaseBench([networkWith()], [host]);
    expect(take(bench, 1)).toBe('10.20.0.50');
    expect(take(bench, 2)).not.toBe('10.20.0.50');
  });
  it.each([
    ['MAC', { by: 'mac', mac: mac(1) as MacAddress }, discover(1)],
    ['client identifier', { by: 'client-id', clientId: 'ff0102' }, discover(7, clientId(255, 1, 2))],
    ['UUID', { by: 'uuid', uuid: '04030201-0605-0807-090A-0B0C0D0E0F10' }, discover(7, pxe(7))],
    [
      'relay port',
      { by: 'relay-port', circuitId: '6731' },
      discover(7, [[82, Uint8Array.of(1, 2, 0x67, 0x31)]]),
    ],
  ] as const)('recognises its client by %s', (_, match, packet) => {
    const network = networkWith({ reservations: [{ match, address: '10.20.0.77' as Ipv4Address }] });
    const bench = new LeaseBench([network]);
    expect(bench.send(packet).address).toBe('10.20.0.77');
    expect(bench.send(discover(99)).address).toBe('10.20.0.100');
  });
  it('answers BOOTP of its client, in 300 bytes and without DHCP options (RFC 1534)', () => {
    const bench = new LeaseBench([networkWith()], [host]);
    const reply = bench.send(request(undefined, 1));
    expect(reply).toMatchObject({ said: 'BOOTP', address: '10.20.0.50' });
    expect([51, 53, 54].some((code) => reply.packet?.options.has(code))).toBe(false);
  });
});

describe('limits on machines that nobody knows', () => {
  const known = { name: 'node-1', macs: [mac(1)] };
  const range = { first: '10.20.0.100' as Ipv4Address, last: '10.20.0.119' as Ipv4Address };
  it('keep the last addresses of a range for registered hosts', () => {
    const bench = new LeaseBench([networkWith({ ranges: [range], limits: { knownShare: 0.1 } })], [known]);
    for (let client = 10; client < 28; client += 1) expect(bench.send(discover(client)).said).toBe('OFFER');
    expect(bench.send(discover(60)).decision.reason).toBe(
      'the last 2 addresses of rack1 are kept for registered hosts',
    );
    expect(bench.send(discover(1)).said).toBe('OFFER');
  });
  it('bound new leases of one switch port, and not of its neighbour', () => {
    const bench = new LeaseBench([networkWith({ limits: { portBurst: 3, portPerSecond: 1 } })]);
    const from = (port: number, client: number) =>
      bench.send(discover(client, [[82, Uint8Array.of(1, 1, port)]])).said;
    expect([1, 2, 3, 4].map((client) => from(1, client))).toEqual(['OFFER', 'OFFER', 'OFFER', 'silence']);
    expect(from(2, 5)).toBe('OFFER');
    bench.wait(1);
    expect(from(1, 4)).toBe('OFFER');
  });
  it('bound new leases of one interface, and let those who have one pass', () => {
    const bench = new LeaseBench([networkWith({ limits: { interfaceBurst: 1, interfacePerSecond: 0 } })]);
    const first = take(bench, 1);
    expect(bench.send(discover(2)).said).toBe('silence');
    expect(bench.send(discover(1)).address).toBe(first);
  });
});

describe('conflict detection', () => {
  it('skips addresses where someone answers, and puts them into quarantine', () => {
    const bench = new LeaseBench([networkWith({ probe: true })]);
    bench.strangers.add(ip('10.20.0.100')).add(ip('10.20.0.101'));
    const offer = bench.send(discover(1));
    expect(offer.address).toBe('10.20.0.102');
    expect(offer.decision.events.map((event) => event.type)).toEqual(['dhcp.conflict', 'dhcp.conflict']);
    expect(bench.send(discover(2, [address(50, '10.20.0.100')])).address).toBe('10.20.0.103');
  });
  it('gives up for a while when every address answers', () => {
    const bench = new LeaseBench([networkWith({ probe: true })]);
    for (let last = 100; last < 200; last += 1) bench.strangers.add(ip(`10.20.0.${last}`));
    const { said, decision } = bench.send(discover(1));
    expect(said).toBe('silence');
    expect(decision.changes).toHaveLength(4);
  });
  it('does not probe for a client that comes back, nor behind a relay', () => {
    const bench = new LeaseBench([networkWith({ probe: true })]);
    take(bench, 1);
    bench.strangers.add(ip('10.20.0.100')).add(ip('10.20.0.101'));
    expect(bench.send(discover(1)).address).toBe('10.20.0.100');
    expect(bench.send(discover(2, [], { giaddr: ip('10.20.0.2') })).address).toBe('10.20.0.101');
  });
});

describe('a lease that does not reach the disk', () => {
  it('is as if it had never been given', () => {
    const bench = new LeaseBench();
    const { decision } = bench.propose(select(1, '10.20.0.100'));
    bench.engine.revert(decision.changes);
    expect([...bench.engine.leases()]).toEqual([]);
    expect(bench.send(discover(2, [address(50, '10.20.0.100')])).address).toBe('10.20.0.100');
  });
  it('leaves an older one as the disk has it', () => {
    const bench = new LeaseBench();
    take(bench, 1);
    const before = bench.engine.leaseAt(ip('10.20.0.100'));
    bench.wait(1000);
    const renew = request(MessageType.request, 1, [], { ciaddr: ip('10.20.0.100') });
    bench.engine.revert(bench.propose(renew).decision.changes);
    expect(bench.engine.leaseAt(ip('10.20.0.100'))).toBe(before);
  });
  it('is right when two writes of one address overlap and the second fails', () => {
    const bench = new LeaseBench();
    const first = bench.propose(select(1, '10.20.0.100')).decision.changes;
    bench.wait(1);
    const second = bench.propose(select(1, '10.20.0.100')).decision.changes;
    bench.engine.confirm(first);
    bench.engine.revert(second);
    expect(bench.engine.leaseAt(ip('10.20.0.100'))).toBe(first[0]?.lease);
  });
  it('cannot be taken by another while it is on its way to the disk', () => {
    const bench = new LeaseBench();
    bench.propose(select(1, '10.20.0.100'));
    expect(bench.send(select(2, '10.20.0.100')).said).toBe('NAK');
  });
  it('is not remembered across a restart, while the others are', () => {
    const before = new LeaseBench();
    take(before, 1);
    const after = new LeaseBench();
    after.engine.load(before.engine.leases());
    expect(after.send(discover(2)).address).toBe('10.20.0.101');
    expect(after.send(discover(1)).address).toBe('10.20.0.100');
  });
});
