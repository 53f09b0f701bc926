/** What a machine's firmware can execute. */
export type BootArchitecture = 'bios-x86' | 'uefi-x86' | 'uefi-x64' | 'uefi-arm32' | 'uefi-arm64';

/** How the firmware fetches its first file: TFTP for PXE, HTTP for UEFI HTTP Boot. */
export type BootTransport = 'tftp' | 'http';

export interface ClientSystem {
  readonly architecture: BootArchitecture;
  readonly transport: BootTransport;
}

/**
 * The IANA registry "Processor Architecture Types" (RFC 4578 §2.1, extended by RFC 5970), as far as machines use it.
 * Type 7 is registered as "EFI BC" but every x64 UEFI firmware of the PXE 2.1 errata era sends it for x64, and 9 as
 * well: both mean x64.
 */
const BY_TYPE: Readonly<Record<number, ClientSystem>> = {
  0: { architecture: 'bios-x86', transport: 'tftp' },
  6: { architecture: 'uefi-x86', transport: 'tftp' },
  7: { architecture: 'uefi-x64', transport: 'tftp' },
  9: { architecture: 'uefi-x64', transport: 'tftp' },
  10: { architecture: 'uefi-arm32', transport: 'tftp' },
  11: { architecture: 'uefi-arm64', transport: 'tftp' },
  15: { architecture: 'uefi-x86', transport: 'http' },
  16: { architecture: 'uefi-x64', transport: 'http' },
  17: { architecture: 'uefi-x64', transport: 'http' },
  18: { architecture: 'uefi-arm32', transport: 'http' },
  19: { architecture: 'uefi-arm64', transport: 'http' },
  20: { architecture: 'bios-x86', transport: 'http' },
};

/**
 * The system of a client from its option 93 list.
 *
 * The list is in order of preference (RFC 4578 §2.1); the first type that is known wins, as some firmware sends a
 * vendor type first.
 */
export function clientSystem(types: readonly number[]): ClientSystem | undefined {
  for (const type of types) {
    const system = BY_TYPE[type];
    if (system !== undefined) return system;
  }
  return undefined;
}
