import type { TokenGate, TokenPurpose, TokenVerdict } from '../boot/token-gate.ts';
import { Problem } from '../error/problem.ts';
import type { EventLog } from '../event/event.ts';
import type { HostId } from '../host/host.ts';
import type { Clock } from '../time/clock.ts';
import type { BootToken, BootTokenRecord, BootTokenStore } from './boot-token.ts';
import { Quieting } from './quieting.ts';
import { hashSecret, randomSecret, sameHash } from './random-secret.ts';

/**
 * An install, the wait for the cluster's API server while a rack comes up, and the first boot, with room for a slow
 * disk. The token dies earlier, when the node is Ready.
 */
const LIFETIME_SECONDS = 6 * 3600;
/** Ignition asks every few seconds while it waits; an entry a minute says the same. */
const REPEAT_SECONDS = 60;
/** Longer than any token of ours; anything longer is not hashed. */
const MAX_TOKEN_LENGTH = 64;

interface BootTokensDependencies {
  readonly store: BootTokenStore;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly lifetimeSeconds?: number;
}

/**
 * The tokens of machines: for one install of one host, one of them from the Kickstart on, with every use in the event log. A MAC address is
 * no credential (Ironic's CVE-2016-4985); this is.
 */
export class BootTokens implements TokenGate {
  readonly #deps: BootTokensDependencies;
  readonly #quieting: Quieting;

  constructor(deps: BootTokensDependencies) {
    this.#deps = deps;
    this.#quieting = new Quieting(deps.clock, REPEAT_SECONDS);
  }

  async mint(host: HostId, installId: string): Promise<BootToken> {
    const token = randomSecret() as BootToken;
    const createdAt = this.#deps.clock.now();
    const expiresAt = createdAt + (this.#deps.lifetimeSeconds ?? LIFETIME_SECONDS) * 1000;
    await this.#deps.store.add({
      hash: hashSecret(token),
      host,
      installId,
      createdAt,
      expiresAt,
      uses: 0,
    });
    this.#deps.events.record({
      level: 'info',
      type: 'token.minted',
      text: 'A boot token was made for an install.',
      host,
    });
    return token;
  }

  async authenticate(
    token: string,
    use: { readonly purpose: TokenPurpose; readonly address: string },
  ): Promise<TokenVerdict> {
    const { store, clock } = this.#deps;
    const hash = token.length > MAX_TOKEN_LENGTH ? '' : hashSecret(token);
    const record = await store.find(hash);
    if (record === undefined || !sameHash(record.hash, hash)) return this.#refuse('unknown', use, undefined);
    if (record.revokedAt !== undefined) return this.#refuse('revoked', use, record);
    if (clock.now() >= record.expiresAt) return this.#refuse('expired', use, record);
    if (boundElsewhere(record, use)) return this.#refuse('used from another address', use, record);
    const counted = await store.countUse(hash);
    // A script may be fetched by anybody who knows the MAC, so that alone must not end a token that is in use; the
    // installer that fetches its Kickstart is the one that counts.
    if (use.purpose === 'kickstart' && counted?.uses === 1) await store.revokeOthers(hash, clock.now());
    this.#recordUse(record, use);
    return {
      kind: 'accepted',
      host: record.host,
      installId: record.installId,
      firstUse: counted?.uses === 1,
    };
  }

  /**
   * Call it before the config leaves.
   *
   * @throws Problem `token-refused` when another address was first, however close
   */
  async bindIgnition(token: string, address: string): Promise<void> {
    const hash = hashSecret(token);
    const bound = await this.#deps.store.bindIgnition(hash, address);
    if (bound === address) return;
    const record = await this.#deps.store.find(hash);
    this.#refuse('used from another address', { purpose: 'ignition', address }, record);
    throw new Problem('token-refused', 'This boot token is not valid (any more).');
  }

  async revokeForHost(host: HostId): Promise<void> {
    const revoked = await this.#deps.store.revokeForHost(host, this.#deps.clock.now());
    if (revoked === 0) return;
    this.#deps.events.record({
      level: 'info',
      type: 'token.revoked',
      text: 'Its boot token is void now.',
      host,
    });
  }

  /** Forgets tokens a month after they expired; until then a late use is told apart from a guess. */
  async sweep(): Promise<number> {
    return this.#deps.store.sweep(this.#deps.clock.now() - 30 * 86_400_000);
  }

  #recordUse(record: BootTokenRecord, use: { purpose: TokenPurpose; address: string }): void {
    const { purpose, address } = use;
    const repeated = this.#quieting.pass(`${record.hash} ${purpose} ${address}`);
    if (repeated === undefined) return;
    this.#deps.events.record({
      level: 'info',
      type: 'token.used',
      text: `Its boot token was used for ${purpose} from ${address}${times(repeated)}.`,
      host: record.host,
      address,
      data: { purpose },
    });
  }

  #refuse(
    reason: string,
    use: { purpose: TokenPurpose; address: string },
    record: BootTokenRecord | undefined,
  ): TokenVerdict {
    const { purpose, address } = use;
    const repeated = this.#quieting.pass(`refused ${reason} ${address} ${record?.hash ?? ''}`);
    if (repeated !== undefined) {
      // A second fetch of the Ignition config is how a stolen token shows.
      const alarming = record !== undefined && purpose === 'ignition';
      this.#deps.events.record({
        level: alarming ? 'alert' : 'warning',
        type: 'token.refused',
        text: `A boot token from ${address} was refused for ${purpose}: ${reason}${times(repeated)}.`,
        host: record?.host,
        address,
        data: { purpose, reason },
      });
    }
    return { kind: 'refused', reason };
  }
}

function boundElsewhere(record: BootTokenRecord, use: { purpose: TokenPurpose; address: string }): boolean {
  const bound = record.ignitionAddress;
  return use.purpose === 'ignition' && bound !== undefined && bound !== use.address;
}

function times(repeated: number): string {
  return repeated === 0 ? '' : ` (and ${repeated} times more since this was last told)`;
}
