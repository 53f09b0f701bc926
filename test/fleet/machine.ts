import { parseMac } from '../../src/protocol/address/mac.ts';
import type { MacAddress } from '../../src/protocol/address/mac.ts';

/** A machine of the simulated fleet, as it stands in the rack. */
export interface FleetMachine {
  readonly name: string;
  readonly mac: MacAddress;
  readonly role: 'control-plane' | 'worker';
  readonly firmware: 'uefi' | 'bios';
}

/** Three control planes as soon as there is a fleet to speak of; every fourth machine has a BIOS. */
export function makeFleet(count: number): readonly FleetMachine[] {
  const controlPlanes = count >= 10 ? 3 : 1;
  return Array.from({ length: count }, (_, index) => {
    const controlPlane = index < controlPlanes;
    const serial = controlPlane ? index + 1 : index + 1 - controlPlanes;
    return {
      name: controlPlane ? `cp-${serial}` : `node-${String(serial).padStart(4, '0')}`,
      mac: macOf(index + 1),
      role: controlPlane ? 'control-plane' : 'worker',
      firmware: index % 4 === 3 ? 'bios' : 'uefi',
    };
  });
}

/** In QEMU's range, far from the virtual rack's. */
function macOf(serial: number): MacAddress {
  const digits = (0xf0_00_00 + serial).toString(16).padStart(6, '0');
  const mac = parseMac(`525400${digits}`);
  if (mac === undefined) throw new Error(`there is no MAC for machine ${serial}`);
  return mac;
}

/** A UUID as firmware reports it in option 97, made from the MAC. */
export function uuidBytes(mac: MacAddress): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(
    mac.split(':').map((pair) => Number.parseInt(pair, 16)),
    10,
  );
  bytes[6] = 0x40;
  bytes[8] = 0x80;
  return bytes;
}
