import { describe, expect, it } from 'vitest';
import { MessageType } from '../../../../src/protocol/dhcp/message-type.ts';
import { destinationOf, replyFlags } from '../../../../src/protocol/dhcp/transmit.ts';
import { discover, ip, request } from '../../../fakes/lease-packets.ts';

const NOWHERE = { address: 0, port: 68 };
const { offer, ack, nak, inform } = MessageType;

describe('the transmit decision (RFC 2131 §4.1)', () => {
  it.each([
    ['a relay gets it at giaddr, port 67', { giaddr: ip('10.30.0.1') }, offer, 'relay', ip('10.30.0.1'), 67],
    ['a relay gets a NAK as well', { giaddr: ip('10.30.0.1'), ciaddr: 5 }, nak, 'relay', ip('10.30.0.1'), 67],
    ['a client without address hears a broadcast', {}, offer, 'broadcast', 0xffffffff, 68],
    ['even when it did not ask for one', { flags: 0 }, ack, 'broadcast', 0xffffffff, 68],
    ['a client that renews gets a unicast', { ciaddr: ip('10.20.0.7') }, ack, 'unicast', ip('10.20.0.7'), 68],
    ['but a NAK is broadcast', { ciaddr: ip('10.20.0.7') }, nak, 'broadcast', 0xffffffff, 68],
  ] as const)('%s', (_, fields, type, kind, address, port) => {
    expect(destinationOf(discover(1, [], fields), type, NOWHERE)).toEqual({ kind, address, port });
  });
  it('answers an INFORM without ciaddr at its source', () => {
    const source = { address: ip('10.20.0.9'), port: 1068 };
    expect(destinationOf(request(inform, 1), ack, source)).toEqual({ kind: 'unicast', ...source });
  });
  it('asks the relay to broadcast a NAK', () => {
    expect(replyFlags(discover(1, [], { giaddr: 1 }), nak)).toBe(0x8000);
    expect(replyFlags(discover(1, [], { giaddr: 1 }), ack)).toBe(0);
  });
});
