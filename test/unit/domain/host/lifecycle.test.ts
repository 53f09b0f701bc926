import { describe, expect, it } from 'vitest';
import type { HostState } from '../../../../src/domain/host/host.ts';
import {
  MAX_INSTALL_ATTEMPTS,
  STATE_RULES,
  stateDeadline,
  transition,
  waitingText,
} from '../../../../src/domain/host/lifecycle.ts';
import type { LifecycleEvent } from '../../../../src/domain/host/lifecycle.ts';
import { INSTALL, MAC, host } from '../../../fakes/hosts.ts';

const EVENTS: Record<LifecycleEvent['type'], LifecycleEvent> = {
  accepted: { type: 'accepted' },
  armed: { type: 'armed', install: INSTALL, intent: 'install' },
  'script-fetched': { type: 'script-fetched', mac: MAC },
  cancelled: { type: 'cancelled' },
  'installer-started': { type: 'installer-started' },
  'install-progressed': { type: 'install-progressed', step: 'partitioning' },
  'install-finished': { type: 'install-finished' },
  'install-failed': { type: 'install-failed', reason: 'no disk' },
  'ignition-waiting': { type: 'ignition-waiting', reason: 'for the API' },
  'ignition-fetched': { type: 'ignition-fetched', initialises: true },
  'node-started': { type: 'node-started' },
  'node-failed': { type: 'node-failed', reason: 'kubeadm' },
  'node-waiting': { type: 'node-waiting', reason: 'no network plug-in' },
  'node-ready': { type: 'node-ready' },
  'time-passed': { type: 'time-passed' },
  released: { type: 'released' },
};

/** Every move there is; what is not listed here leaves the state alone. */
const MOVES: Record<HostState, Partial<Record<LifecycleEvent['type'], HostState>>> = {
  discovered: { accepted: 'registered', released: 'released' },
  registered: { armed: 'armed', released: 'released' },
  armed: {
    armed: 'armed',
    'script-fetched': 'armed',
    cancelled: 'registered',
    'installer-started': 'installing',
    released: 'released',
  },
  installing: {
    'script-fetched': 'installing',
    cancelled: 'registered',
    'installer-started': 'installing',
    'install-progressed': 'installing',
    'install-finished': 'installed',
    'install-failed': 'failed',
    'ignition-waiting': 'installed',
    'ignition-fetched': 'igniting',
    released: 'released',
  },
  installed: {
    'ignition-waiting': 'installed',
    'ignition-fetched': 'igniting',
    released: 'released',
  },
  igniting: {
    'ignition-waiting': 'installed',
    'ignition-fetched': 'igniting',
    'node-started': 'joining',
    'node-failed': 'failed',
    'node-ready': 'active',
    released: 'released',
  },
  joining: {
    'node-failed': 'failed',
    'node-waiting': 'joining',
    'node-ready': 'active',
    released: 'released',
  },
  active: { released: 'released' },
  failed: { armed: 'armed', released: 'released' },
  released: { accepted: 'registered' },
};

const STATES = Object.keys(MOVES) as HostState[];

describe('the life of a host', () => {
  it.each(STATES.flatMap((state) => Object.values(EVENTS).map((event) => [state, event.type] as const)))(
    'from %s, %s leads where the table says and nowhere else',
    (state, type) => {
      const result = transition(host(state), EVENTS[type], 1000);
      const to = MOVES[state][type];
      if (to === undefined) expect(result.kind).not.toBe('moved');
      else expect(result).toMatchObject({ kind: 'moved', host: { state: to } });
    },
  );

  it('always gives a reason and a remedy when a host fails', () => {
    for (const type of ['install-failed', 'node-failed'] as const) {
      const result = transition(host(type === 'node-failed' ? 'joining' : 'installing'), EVENTS[type], 1000);
      if (result.kind !== 'moved') throw new Error('not moved');
      expect(result.host.failure?.reason).not.toBe('');
      expect(result.host.failure?.remedy).not.toBe('');
      expect(result.text).toContain(result.host.failure?.remedy);
    }
  });

  it('has a sentence for every state that says what the host waits for', () => {
    for (const state of STATES) expect(waitingText(host(state))).toMatch(/^node1 (waits|failed) .{10,}/);
  });

  it.each(STATES.filter((state) => STATE_RULES[state].limitSeconds !== undefined))(
    'does not let a host stay %s for ever, and says how long it waited for what',
    (state) => {
      const stuck = host(state, { detail: 'last words' });
      const deadline = stateDeadline(stuck);
      if (deadline === undefined) throw new Error('no deadline');
      expect(transition(stuck, EVENTS['time-passed'], deadline - 1).kind).toBe('unchanged');
      const result = transition(stuck, EVENTS['time-passed'], deadline);
      expect(result).toMatchObject({ kind: 'moved', host: { state: 'failed', failure: { during: state } } });
      if (result.kind === 'moved') expect(result.host.failure?.reason).toContain('last words');
    },
  );

  it('disarms a host that was not powered on in time', () => {
    const result = transition(host('armed'), EVENTS['time-passed'], INSTALL.armedUntil);
    expect(result).toMatchObject({ kind: 'moved', host: { state: 'registered' } });
    if (result.kind === 'moved') expect(result.host.install).toBeUndefined();
  });

  it('bounds the attempts of one install', () => {
    let current = host('armed');
    for (let attempt = 1; attempt <= MAX_INSTALL_ATTEMPTS; attempt += 1) {
      const result = transition(current, EVENTS['installer-started'], 0);
      if (result.kind !== 'moved') throw new Error('not moved');
      current = result.host;
      expect(current).toMatchObject({ state: 'installing', install: { attempts: attempt } });
    }
    expect(transition(current, EVENTS['installer-started'], 0)).toMatchObject({ host: { state: 'failed' } });
  });

  it('erases an installed host only when that was said: arm is refused, reinstall is not', () => {
    for (const state of ['installed', 'igniting', 'joining', 'active'] as const) {
      const armed = transition(host(state), EVENTS.armed, 0);
      expect(armed).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining('reinstall') as string,
      });
      const reinstalled = transition(
        host(state),
        { type: 'armed', install: INSTALL, intent: 'reinstall' },
        0,
      );
      expect(reinstalled).toMatchObject({ kind: 'moved', host: { state: 'armed' } });
    }
  });

  it('gives a node back that was to be reinstalled and never booted from the network', () => {
    const armed = transition(host('active'), { type: 'armed', install: INSTALL, intent: 'reinstall' }, 0);
    if (armed.kind !== 'moved') throw new Error('not armed');
    for (const event of [EVENTS.cancelled, EVENTS['time-passed']]) {
      expect(transition(armed.host, event, INSTALL.armedUntil)).toMatchObject({
        kind: 'moved',
        host: { state: 'active' },
      });
    }
  });

  it('lets a host wait for its cluster as long as it goes on asking, and no longer', () => {
    const limit = (STATE_RULES.installed.limitSeconds ?? 0) * 1000;
    let waiting = host('installed');
    for (let now = 0; now < 3 * limit; now += 61_000) {
      expect(transition(waiting, EVENTS['time-passed'], now).kind).toBe('unchanged');
      const asked = transition(waiting, EVENTS['ignition-waiting'], now);
      if (asked.kind === 'moved') waiting = asked.host;
    }
    expect(transition(waiting, EVENTS['time-passed'], 5 * limit)).toMatchObject({
      host: { state: 'failed' },
    });
  });

  it('takes back a host that was given up after its install and then shows that it lives', () => {
    const failure = { reason: 'silence', remedy: 'look', at: 0, during: 'installed' } as const;
    const given = host('failed', { install: INSTALL, failure });
    for (const [type, state] of [
      ['ignition-waiting', 'installed'],
      ['ignition-fetched', 'igniting'],
      ['node-started', 'joining'],
      ['node-ready', 'active'],
    ] as const) {
      expect(transition(given, EVENTS[type], 1)).toMatchObject({
        kind: 'moved',
        host: { state, failure: undefined },
      });
    }
    const inInstall = host('failed', { install: INSTALL, failure: { ...failure, during: 'installing' } });
    expect(transition(inInstall, EVENTS['ignition-fetched'], 1).kind).toBe('refused');
  });
});
