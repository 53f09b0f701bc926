import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../src/protocol/dhcp/message-type.ts';
import { OptionCode } from '../../../../src/protocol/dhcp/option-code.ts';
import { uint16Bytes, uint32Bytes } from '../../../../src/protocol/dhcp/option-value.ts';
import type { Ipv4Address } from '../../../../src/protocol/address/ipv4.ts';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import { address, discover, ip, request, select, text } from '../../../fakes/lease-packets.ts';
import type { OptionEntries } from '../../../fakes/lease-packets.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

const small = (count: number) =>
  networkWith({
    ranges: [{ first: '10.20.0.100' as Ipv4Address, last: `10.20.0.${99 + count}` as Ipv4Address }],
    limits: { knownShare: 0 },
  });

function lease(bench: LeaseBench, client: number): string {
  const offer = bench.send(discover(client));
  expect(offer.said).toBe('OFFER');
  const ack = bench.send(select(client, offer.address));
  expect(ack.said).toBe('ACK');
  return ack.address;
}

const reboot = (client: number, wanted: string) =>
  request(MessageType.request, client, [address(OptionCode.requestedAddress, wanted)]);
const renew = (client: number, from: string) =>
  request(MessageType.request, client, [], { ciaddr: ip(from) });

describe('DISCOVER (RFC 2131 §4.3.1)', () => {
  it('offers the same address again while the client makes up its mind', () => {
    const bench = new LeaseBench();
    expect(bench.send(discover(1)).address).toBe('10.20.0.100');
    expect(bench.send(discover(1)).address).toBe('10.20.0.100');
    expect(bench.send(discover(2)).address).toBe('10.20.0.101');
  });
  it('offers what the client had, even after the lease ended', () => {
    const bench = new LeaseBench();
    lease(bench, 1);
    const second = lease(bench, 2);
    bench.wait(7200);
    expect(bench.send(discover(2)).address).toBe(second);
  });
  it('offers the address asked for when it is free, and another when it is not', () => {
    const bench = new LeaseBench();
    const wish = [address(OptionCode.requestedAddress, '10.20.0.150')];
    expect(bench.send(discover(1, wish)).address).toBe('10.20.0.150');
    expect(bench.send(discover(2, wish)).address).toBe('10.20.0.100');
  });
  it.each(['10.20.0.1', '10.20.0.0', '10.20.0.255', '10.20.0.20', '192.0.2.1'])(
    'never offers %s, which is not in a range, however it is asked for',
    (wish) => {
      const bench = new LeaseBench();
      expect(bench.send(discover(1, [address(OptionCode.requestedAddress, wish)])).address).toBe(
        '10.20.0.100',
      );
    },
  );
  it('uses addresses never used first, then the one free for longest', () => {
    const bench = new LeaseBench([small(3)]);
    const first = lease(bench, 1);
    bench.wait(10);
    const second = lease(bench, 2);
    bench.wait(3595);
    const third = lease(bench, 3);
    bench.wait(100);
    expect([first, second, third]).toEqual(['10.20.0.100', '10.20.0.101', '10.20.0.102']);
    expect(lease(bench, 4)).toBe(first);
    expect(lease(bench, 5)).toBe(second);
    expect(bench.send(discover(6)).said).toBe('silence');
  });
  it('is silent when nothing is left, and says why', () => {
    const bench = new LeaseBench([small(1)]);
    lease(bench, 1);
    expect(bench.send(discover(2)).decision.reason).toBe('every address of rack1 is taken or reserved');
  });
  it('frees what was offered and never taken', () => {
    const bench = new LeaseBench([small(1)]);
    bench.send(discover(1));
    expect(bench.send(discover(2)).said).toBe('silence');
    bench.wait(60);
    expect(bench.send(discover(2)).address).toBe('10.20.0.100');
  });
  it('keeps a table of offers that a flood cannot grow', () => {
    const bench = new LeaseBench([
      networkWith({
        subnet: { base: '10.16.0.0' as Ipv4Address, prefix: 12 },
        ranges: [{ first: '10.16.1.0' as Ipv4Address, last: '10.18.255.0' as Ipv4Address }],
      }),
    ]);
    for (let client = 0; client < 12_000; client += 1)
      expect(bench.propose(discover(client)).said).toBe('OFFER');
    expect(bench.engine.offerCount).toBe(10_000);
  });
  it('does not let the lease of another wait for the client', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    expect(bench.send(discover(2, [address(OptionCode.requestedAddress, first)])).address).not.toBe(first);
  });
});

describe('REQUEST in SELECTING state', () => {
  it('gets an ACK with what the offer said', () => {
    const bench = new LeaseBench();
    const offer = bench.send(discover(1));
    const ack = bench.send(select(1, offer.address));
    expect(ack).toMatchObject({ said: 'ACK', address: '10.20.0.100', to: 'broadcast' });
    expect(ack.decision.changes).toHaveLength(1);
  });
  it('works without a DISCOVER before it, as after a restart of the appliance', () => {
    expect(new LeaseBench().send(select(1, '10.20.0.120'))).toMatchObject({
      said: 'ACK',
      address: '10.20.0.120',
    });
  });
  it('gets a NAK for an address that is another client’s, or not ours to give', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    expect(bench.send(select(2, first)).said).toBe('NAK');
    expect(bench.send(select(2, '10.20.0.7')).said).toBe('NAK');
    expect(bench.send(select(2, '192.0.2.7')).said).toBe('NAK');
  });
  it('gets silence when it chose another server, which frees our offer and raises an alert once', () => {
    const bench = new LeaseBench([small(1)]);
    bench.send(discover(1));
    const chosen = bench.send(select(1, '10.20.0.50', '10.20.0.2'));
    expect(chosen.said).toBe('silence');
    expect(chosen.decision.events).toMatchObject([
      { type: 'dhcp.rival', level: 'alert', data: { server: '10.20.0.2' } },
    ]);
    expect(bench.send(select(1, '10.20.0.50', '10.20.0.2')).decision.events).toEqual([]);
    expect(bench.send(discover(2)).address).toBe('10.20.0.100');
  });
  it('is told our address, times, mask and what it asked for in its own order', () => {
    const list: OptionEntries = [[OptionCode.parameterRequestList, Uint8Array.of(6, 15, 3, 1, 99)]];
    const offer = new LeaseBench().send(discover(1, list));
    expect([...(offer.packet?.options.keys() ?? [])]).toEqual([53, 54, 51, 58, 59, 6, 15, 3, 1]);
  });
  it('gives back the client identifier (RFC 6842)', () => {
    const offer = new LeaseBench().send(
      discover(1, [[OptionCode.clientIdentifier, Uint8Array.of(255, 1, 2, 3)]]),
    );
    expect([...(offer.packet?.options.get(OptionCode.clientIdentifier) ?? [])]).toEqual([255, 1, 2, 3]);
  });
  it('grants a shorter lease that is asked for, with T1 < T2 < lease, and no longer one', () => {
    const bench = new LeaseBench();
    const times = (seconds: number): number[] => {
      const options = bench.send(discover(1, [[OptionCode.leaseTime, uint32Bytes(seconds)]])).packet?.options;
      return [58, 59, 51].map((code) => Buffer.from(options?.get(code) ?? []).readUInt32BE());
    };
    expect(times(120)).toEqual([60, 105, 120]);
    expect(times(0xffffffff)).toEqual([1800, 3150, 3600]);
    expect(times(1)).toEqual([30, 52, 60]);
  });
  it('keeps the reply within the size the client names, and within an Ethernet frame (option 57)', () => {
    const options = Array.from({ length: 40 }, (_, index) => ({
      code: 200 + (index % 20),
      value: new Uint8Array(90),
    }));
    const bench = new LeaseBench([networkWith({ options })]);
    const limitOf = (size: number) =>
      bench.send(discover(1, [[OptionCode.maxMessageSize, uint16Bytes(size)]])).decision.reply?.limit;
    expect([0, 576, 1000, 9000].map(limitOf)).toEqual([548, 548, 972, 1472]);
  });
});

describe('REQUEST in INIT-REBOOT state (§4.3.2)', () => {
  it('gets an ACK for its own address', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    expect(bench.send(reboot(1, first))).toMatchObject({ said: 'ACK', address: first });
  });
  it('gets silence when there is no record of the client', () => {
    expect(new LeaseBench().send(reboot(1, '10.20.0.120')).said).toBe('silence');
  });
  it('gets a NAK on the wrong network, record or not', () => {
    expect(new LeaseBench().send(reboot(1, '192.168.1.5'))).toMatchObject({ said: 'NAK', to: 'broadcast' });
  });
  it('gets a NAK for an address other than its own', () => {
    const bench = new LeaseBench();
    lease(bench, 1);
    expect(bench.send(reboot(1, '10.20.0.150')).said).toBe('NAK');
  });
  it('gets a NAK when its address went to another after the lease ended', () => {
    const bench = new LeaseBench([small(1)]);
    const first = lease(bench, 1);
    bench.wait(4000);
    lease(bench, 2);
    expect(bench.send(reboot(1, first)).said).toBe('silence');
    expect(bench.send(renew(1, first)).said).toBe('NAK');
  });
});

describe('REQUEST in RENEWING and REBINDING state (§4.3.2)', () => {
  it('gets a unicast ACK and more time', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    bench.wait(1800);
    expect(bench.send(renew(1, first))).toMatchObject({
      said: 'ACK',
      address: first,
      to: `unicast ${first}:68`,
    });
    bench.wait(3000);
    expect(bench.send(discover(2, [address(50, first)])).address).not.toBe(first);
  });
  it('gets its address back when our memory was lost', () => {
    expect(new LeaseBench().send(renew(1, '10.20.0.130'))).toMatchObject({
      said: 'ACK',
      address: '10.20.0.130',
    });
  });
  it('gets a NAK when another client has the address', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    expect(bench.send(renew(2, first))).toMatchObject({ said: 'NAK', to: 'broadcast' });
  });
  it('gets a NAK when it was moved to another wire', () => {
    const other = networkWith({
      name: 'rack2',
      interface: 'eth2',
      subnet: { base: '10.21.0.0' as Ipv4Address, prefix: 24 },
      address: '10.21.0.1' as Ipv4Address,
      ranges: [{ first: '10.21.0.100' as Ipv4Address, last: '10.21.0.199' as Ipv4Address }],
    });
    const bench = new LeaseBench([networkWith(), other]);
    const first = lease(bench, 1);
    bench.device = 'eth2';
    expect(bench.send(renew(1, first)).said).toBe('NAK');
    expect(bench.send(discover(1)).address).toBe('10.21.0.100');
  });
});

describe('DECLINE, RELEASE and INFORM', () => {
  const decline = (client: number, wanted: string) =>
    request(MessageType.decline, client, [address(50, wanted), address(54, '10.20.0.1')]);
  it('leaves a declined address alone for the quarantine, then uses it again', () => {
    const bench = new LeaseBench([small(1)]);
    const first = lease(bench, 1);
    const declined = bench.send(decline(1, first));
    expect(declined).toMatchObject({ said: 'silence', decision: { events: [{ type: 'dhcp.decline' }] } });
    expect(bench.send(discover(1)).said).toBe('silence');
    expect(bench.send(discover(2)).said).toBe('silence');
    bench.wait(601);
    expect(bench.send(discover(2)).address).toBe(first);
  });
  it('gives the client that declined another address', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    bench.send(decline(1, first));
    expect(lease(bench, 1)).not.toBe(first);
  });
  it('ignores a DECLINE of an address that the client was not given', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    expect(bench.send(decline(2, first)).decision.changes).toEqual([]);
    expect(bench.send(decline(2, '10.20.0.150')).decision.changes).toEqual([]);
    expect(bench.send(renew(1, first)).said).toBe('ACK');
  });
  it('takes an address back without a word, and gives it to the same client again', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    const released = bench.send(
      request(MessageType.release, 1, [address(54, '10.20.0.1')], { ciaddr: ip(first) }),
    );
    expect(released).toMatchObject({
      said: 'silence',
      decision: { changes: [{ lease: { state: 'released' } }] },
    });
    expect(bench.send(discover(1)).address).toBe(first);
  });
  it('ignores a RELEASE of another client’s address', () => {
    const bench = new LeaseBench();
    const first = lease(bench, 1);
    expect(bench.send(request(MessageType.release, 2, [], { ciaddr: ip(first) })).decision.changes).toEqual(
      [],
    );
  });
  it('answers an INFORM with options and neither an address nor a lease (§4.3.5)', () => {
    const ack = new LeaseBench().send(request(MessageType.inform, 1, [], { ciaddr: ip('10.20.0.9') }));
    expect(ack).toMatchObject({ said: 'ACK', address: '0.0.0.0', to: 'unicast 10.20.0.9:68' });
    expect([51, 58, 59].some((code) => ack.packet?.options.has(code))).toBe(false);
    expect(ack.decision.changes).toEqual([]);
  });
});

describe('packets that are no question for a server', () => {
  it.each([
    ['an OFFER', request(MessageType.offer, 1)],
    ['an unknown type', request(99, 1)],
    ['a reply', request(MessageType.offer, 1, [], { op: 2 })],
    ['a nameless client', discover(1, [], { hlen: 0 })],
    ['a REQUEST for nothing', request(MessageType.request, 1)],
    ['a malformed type', request(undefined, 1, [[53, Uint8Array.of(1, 1)]])],
    ['BOOTP of a client without reservation', request(undefined, 1)],
  ])('%s gets silence with a reason', (_, packet) => {
    const { said, decision } = new LeaseBench().send(packet);
    expect(said).toBe('silence');
    expect(decision.reason).not.toBe('');
  });
  it('a device that is not configured gets silence', () => {
    const bench = new LeaseBench();
    bench.device = 'eth9';
    expect(bench.send(discover(1)).decision.reason).toContain('eth9');
  });
  it('a network with DHCP off gets silence', () => {
    expect(new LeaseBench([networkWith({ dhcp: 'off' })]).send(discover(1)).said).toBe('silence');
  });
});

describe('configured options', () => {
  it('win over what other keys imply', () => {
    const bench = new LeaseBench([
      networkWith({ options: [{ code: 15, value: text(15, 'other.example')[1] }] }),
    ]);
    expect(Buffer.from(bench.send(discover(1)).packet?.options.get(15) ?? []).toString()).toBe(
      'other.example',
    );
  });
});
