import { describe, expect, it } from 'vitest';
import { discoverPacket, requestPacket } from '../../fleet/dhcp-packets.ts';
import type { DhcpProgram } from '../../fleet/dhcp-packets.ts';
import { makeFleet } from '../../fleet/machine.ts';
import { decodePacket } from '../../../src/protocol/dhcp/decode.ts';
import { encodePacket } from '../../../src/protocol/dhcp/encode.ts';
import { OptionCode } from '../../../src/protocol/dhcp/option-code.ts';
import { textOption, uint16Option } from '../../../src/protocol/dhcp/option-value.ts';

const machines = makeFleet(12);
const [uefi] = machines;
const bios = machines[3];

function asked(program: DhcpProgram, machine = uefi) {
  if (machine === undefined) throw new Error('the fleet is empty');
  const packet = decodePacket(encodePacket(discoverPacket({ machine, program, xid: 7, secs: 0 })));
  if (typeof packet === 'string') throw new Error(packet);
  return packet;
}

describe('what a simulated machine says over DHCP', () => {
  it('is what its firmware would say, by architecture', () => {
    expect(textOption(asked('firmware'), OptionCode.vendorClass)).toBe('PXEClient:Arch:00007:UNDI:003000');
    expect(uint16Option(asked('firmware', bios), OptionCode.clientSystem)).toBe(0);
    expect(asked('firmware').options.has(OptionCode.userClass)).toBe(false);
  });

  it('tells iPXE by its user class, and the system by the lack of PXE', () => {
    expect(textOption(asked('ipxe'), OptionCode.userClass)).toBe('iPXE');
    expect(asked('system').options.has(OptionCode.vendorClass)).toBe(false);
  });

  it('selects the offer of one server (RFC 2131 §4.3.2)', () => {
    if (uefi === undefined) throw new Error('the fleet is empty');
    const packet = requestPacket({ machine: uefi, program: 'ipxe', xid: 7, secs: 0 }, 0x0a2c1000, 0x0a2c0001);
    expect(packet.options.get(OptionCode.requestedAddress)).toEqual(Uint8Array.of(10, 44, 16, 0));
    expect(packet.options.get(OptionCode.serverIdentifier)).toEqual(Uint8Array.of(10, 44, 0, 1));
    expect(packet.ciaddr).toBe(0);
  });

  it('comes from as many MACs and names as there are machines', () => {
    const fleet = makeFleet(1000);
    expect(new Set(fleet.map(({ mac }) => mac)).size).toBe(1000);
    expect(new Set(fleet.map(({ name }) => name)).size).toBe(1000);
    expect(fleet.filter(({ role }) => role === 'control-plane')).toHaveLength(3);
  });
});
