import { readUint32 } from './option-value.ts';

/** What a relay agent added (RFC 3046), as far as the server acts on it. */
export interface RelayAgentInformation {
  /** Sub-option 1: the port or VLAN the client is on. */
  readonly circuitId?: Uint8Array | undefined;
  /** Sub-option 2: the relay or the subscriber. */
  readonly remoteId?: Uint8Array | undefined;
  /** Sub-option 5 (RFC 3527): the subnet to serve, when giaddr is not on it. */
  readonly linkSelection?: number | undefined;
  /** Sub-option 11 (RFC 5107): the address to name as server identifier. */
  readonly serverOverride?: number | undefined;
}

const CIRCUIT_ID = 1;
const REMOTE_ID = 2;
const LINK_SELECTION = 5;
const SERVER_OVERRIDE = 11;

/**
 * Reads option 82. A sub-option that runs over the end stops the reading: what came before it is kept, as RFC 3046
 * §2.0 gives no reason to refuse the client for its relay's mistake.
 */
export function readRelayAgentInformation(option: Uint8Array): RelayAgentInformation {
  const found = new Map<number, Uint8Array>();
  for (const [code, value] of subOptions(option)) found.set(code, value);
  const link = found.get(LINK_SELECTION);
  const override = found.get(SERVER_OVERRIDE);
  return {
    circuitId: found.get(CIRCUIT_ID),
    remoteId: found.get(REMOTE_ID),
    linkSelection: link?.length === 4 ? readUint32(link, 0) : undefined,
    serverOverride: override?.length === 4 ? readUint32(override, 0) : undefined,
  };
}

/** The code, length, value triples of an encapsulating option (43, 82, 175); stops at one that does not fit. */
export function* subOptions(bytes: Uint8Array): Generator<readonly [number, Uint8Array]> {
  let at = 0;
  while (at + 1 < bytes.length) {
    const code = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0;
    const after = at + 2 + length;
    if (after > bytes.length) return;
    yield [code, bytes.subarray(at + 2, after)];
    at = after;
  }
}
