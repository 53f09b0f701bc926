import { beforeEach, describe, expect, it } from 'vitest';
import { BootTokens } from '../../../../src/domain/access/boot-tokens.ts';
import type { HostId } from '../../../../src/domain/host/host.ts';
import { MemoryBootTokenStore } from '../../../fakes/boot-token-store.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { RecordingEventLog } from '../../../fakes/event-log.ts';

const HOST = 'host-a' as HostId;
const MACHINE = '10.20.0.100';
const THIEF = '10.20.0.66';

let clock: FakeClock;
let events: RecordingEventLog;
let store: MemoryBootTokenStore;
let tokens: BootTokens;

beforeEach(() => {
  clock = new FakeClock();
  events = new RecordingEventLog();
  store = new MemoryBootTokenStore();
  tokens = new BootTokens({ store, events, clock, lifetimeSeconds: 3600 });
});

const refused = (reason: string): unknown => ({ kind: 'refused', reason });
const at = (address: string, purpose: 'kickstart' | 'ignition' = 'ignition') => ({ address, purpose });

describe('a boot token', () => {
  it('opens what belongs to its host and install, and nothing when guessed', async () => {
    const token = await tokens.mint(HOST, 'i1');
    expect(await tokens.authenticate(token, at(MACHINE, 'kickstart'))).toEqual({
      kind: 'accepted',
      host: HOST,
      installId: 'i1',
      firstUse: true,
    });
    expect(await tokens.authenticate(token, at(MACHINE))).toMatchObject({ firstUse: false });
    for (const guess of ['', 'x', 'a'.repeat(43), `${token}x`, 'z'.repeat(100_000)]) {
      expect(await tokens.authenticate(guess, at(MACHINE))).toEqual(refused('unknown'));
    }
  });

  it('is 256 bits that are stored nowhere but as a hash', async () => {
    const token = await tokens.mint(HOST, 'i1');
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(JSON.stringify([...store.records])).not.toContain(token);
  });

  it('ends with its time', async () => {
    const token = await tokens.mint(HOST, 'i1');
    clock.advance(3599);
    expect(await tokens.authenticate(token, at(MACHINE))).toMatchObject({ kind: 'accepted' });
    clock.advance(1);
    expect(await tokens.authenticate(token, at(MACHINE))).toEqual(refused('expired'));
  });

  it('is not ended by another fetch of the script, only by the installer that fetches its Kickstart', async () => {
    const first = await tokens.mint(HOST, 'i1');
    expect(await tokens.authenticate(first, { purpose: 'kickstart', address: MACHINE })).toMatchObject({
      firstUse: true,
    });
    // Somebody looks at the script with curl in the middle of the install.
    const second = await tokens.mint(HOST, 'i1');
    expect(await tokens.authenticate(first, at(MACHINE))).toMatchObject({ kind: 'accepted' });
    // The machine starts again: the token of that start takes over.
    await tokens.authenticate(second, { purpose: 'kickstart', address: MACHINE });
    expect(await tokens.authenticate(first, at(MACHINE))).toEqual(refused('revoked'));
    await tokens.revokeForHost(HOST);
    expect(await tokens.authenticate(second, at(MACHINE))).toEqual(refused('revoked'));
  });

  it('gives the Ignition config to one address only, and a second address raises an alert', async () => {
    const token = await tokens.mint(HOST, 'i1');
    await tokens.authenticate(token, at(MACHINE));
    await tokens.bindIgnition(token, MACHINE);
    expect(await tokens.authenticate(token, at(MACHINE))).toMatchObject({ kind: 'accepted' });
    expect(await tokens.authenticate(token, at(THIEF))).toEqual(refused('used from another address'));
    expect(events.events.at(-1)).toMatchObject({
      level: 'alert',
      type: 'token.refused',
      host: HOST,
      address: THIEF,
    });
  });

  it('lets only one of two fetches at the same moment through', async () => {
    const token = await tokens.mint(HOST, 'i1');
    const fetches = [MACHINE, THIEF].map(async (address) => {
      const verdict = await tokens.authenticate(token, at(address));
      expect(verdict.kind).toBe('accepted');
      await tokens.bindIgnition(token, address);
    });
    const outcomes = await Promise.allSettled(fetches);
    expect(outcomes.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(events.events.some((event) => event.level === 'alert')).toBe(true);
  });

  it('leaves a trace of each use, without the token in it', async () => {
    const token = await tokens.mint(HOST, 'i1');
    await tokens.authenticate(token, at(MACHINE, 'kickstart'));
    await tokens.authenticate(token, at(THIEF, 'kickstart'));
    const uses = events.events.filter((event) => event.type === 'token.used');
    expect(uses).toMatchObject([
      { host: HOST, address: MACHINE, data: { purpose: 'kickstart' } },
      { host: HOST, address: THIEF, data: { purpose: 'kickstart' } },
    ]);
    expect(JSON.stringify(events.events)).not.toContain(token);
  });

  it('that is tried a thousand times does not drown the log, but is counted', async () => {
    for (let n = 0; n < 1000; n += 1) await tokens.authenticate('wrong', at(THIEF));
    expect(events.events).toHaveLength(1);
    clock.advance(61);
    await tokens.authenticate('wrong', at(THIEF));
    expect(events.texts().at(-1)).toContain('999 times more');
  });
});
