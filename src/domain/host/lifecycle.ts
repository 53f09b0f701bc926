import type { MacAddress } from '../../protocol/address/mac.ts';
import type { Instant } from '../time/clock.ts';
import type { Failure, Host, HostState, Install } from './host.ts';

/** Something that happened to a host. Nothing but an event moves a host from one state to another. */
export type LifecycleEvent =
  | { readonly type: 'accepted' }
  | { readonly type: 'armed'; readonly install: Install; readonly intent: 'install' | 'reinstall' }
  | { readonly type: 'script-fetched'; readonly mac: MacAddress }
  | { readonly type: 'cancelled' }
  | { readonly type: 'installer-started' }
  | { readonly type: 'install-progressed'; readonly step: string }
  | { readonly type: 'install-finished' }
  | { readonly type: 'install-failed'; readonly reason: string; readonly remedy?: string }
  | { readonly type: 'ignition-waiting'; readonly reason: string }
  | { readonly type: 'ignition-fetched'; readonly initialises: boolean }
  | { readonly type: 'node-started' }
  | { readonly type: 'node-failed'; readonly reason: string; readonly remedy?: string }
  | { readonly type: 'node-waiting'; readonly reason: string }
  | { readonly type: 'node-ready' }
  | { readonly type: 'time-passed' }
  | { readonly type: 'released' };

export type Transition =
  | { readonly kind: 'moved'; readonly host: Host; readonly text: string }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly reason: string };

interface StateRule {
  /** How long a host may stay, in seconds; no limit when a person decides what comes next. */
  readonly limitSeconds?: number;
  /** Completes "NAME waits …". */
  readonly waitsFor: string;
  /** What to do when the limit is passed. */
  readonly remedy?: string;
}

/** An install that starts this often without finishing is failing for a reason: a person must look. */
export const MAX_INSTALL_ATTEMPTS = 3;

const MINUTES = 60;

/** What each state waits for and how long that may take. */
export const STATE_RULES: Readonly<Record<HostState, StateRule>> = {
  discovered: { waitsFor: 'for an administrator to accept it' },
  registered: { waitsFor: 'to be armed for an install' },
  armed: { waitsFor: 'for the machine to be powered on and boot from the network' },
  installing: {
    limitSeconds: 90 * MINUTES,
    waitsFor: 'for the installer to report that it finished',
    remedy: 'Look at the console of the machine, then arm it again.',
  },
  installed: {
    limitSeconds: 30 * MINUTES,
    waitsFor: 'for the installed system to start and fetch its Ignition config',
    remedy:
      'Check that the machine starts from its disk: the firmware must try the disk after the network, and the console must not show a GRUB error.',
  },
  igniting: {
    limitSeconds: 30 * MINUTES,
    waitsFor: 'for the first boot to finish and kubeadm to report',
    remedy: 'Look at the console for Ignition errors, then at `journalctl -u ocne` on the machine.',
  },
  joining: {
    limitSeconds: 30 * MINUTES,
    waitsFor: 'for its Kubernetes node to become Ready',
    remedy: 'Look at the node with kubectl: a missing network plug-in keeps a node NotReady.',
  },
  active: { waitsFor: 'for nothing: it is a node of its cluster' },
  failed: { waitsFor: 'for an administrator to look at the reason and arm it again' },
  released: { waitsFor: 'for nothing: it left the inventory and may be accepted again' },
};

/** When the present state's time runs out, if it has a limit. */
export function stateDeadline(host: Host): Instant | undefined {
  if (host.state === 'armed') return host.install?.armedUntil;
  const limit = STATE_RULES[host.state].limitSeconds;
  return limit === undefined ? undefined : Math.max(host.since, host.heardAt ?? 0) + limit * 1000;
}

/** One plain sentence: what the host waits for. */
export function waitingText(host: Host): string {
  if (host.state === 'failed' && host.failure !== undefined) {
    return `${host.name} failed while ${host.failure.during}: ${host.failure.reason}`;
  }
  const detail = host.detail === undefined ? '' : ` (${host.detail})`;
  return `${host.name} waits ${STATE_RULES[host.state].waitsFor}${detail}.`;
}

/**
 * The only place that moves a host.
 *
 * An event that makes no sense in the present state is refused with a reason; one that says what is known already
 * changes nothing, since machines repeat themselves: firmware retries, curl retries, nodes restart.
 */
export function transition(host: Host, event: LifecycleEvent, now: Instant): Transition {
  switch (event.type) {
    case 'accepted':
      if (!['discovered', 'released'].includes(host.state)) return refused(host, 'be accepted');
      return moved(host, now, 'registered', 'is registered');
    case 'armed':
      return arm(host, event.install, event.intent, now);
    case 'script-fetched':
      return noteBootInterface(host, event.mac);
    case 'cancelled':
      if (!['armed', 'installing'].includes(host.state)) return refused(host, 'be cancelled');
      return disarm(host, now, 'is no longer armed');
    case 'installer-started':
      return startInstaller(host, now);
    case 'install-progressed':
      if (host.state !== 'installing' || host.detail === event.step) return { kind: 'unchanged' };
      return { kind: 'moved', host: { ...host, detail: event.step }, text: `${host.name}: ${event.step}` };
    case 'install-finished':
      if (host.state === 'installed') return { kind: 'unchanged' };
      if (host.state !== 'installing') return refused(host, 'finish an install');
      return moved(host, now, 'installed', 'is installed and restarts from its disk');
    case 'install-failed':
      if (host.state !== 'installing') return refused(host, 'fail an install');
      return failed(
        host,
        now,
        event.reason,
        event.remedy ?? 'Correct what the reason names, then arm the host again.',
      );
    case 'ignition-waiting':
      return waitWithIgnition(host, event.reason, now);
    case 'ignition-fetched':
      return fetchIgnition(host, event.initialises, now);
    case 'node-started':
      if (['joining', 'active'].includes(host.state)) return { kind: 'unchanged' };
      if (host.state !== 'igniting' && !mayRecover(host)) return refused(host, 'start its node');
      return moved(host, now, 'joining', 'finished kubeadm');
    case 'node-failed':
      if (!['igniting', 'joining'].includes(host.state)) return refused(host, 'fail its node');
      return failed(
        host,
        now,
        event.reason,
        event.remedy ?? 'See `journalctl -u ocne` on the machine, then reinstall it.',
      );
    case 'node-waiting':
      if (host.state !== 'joining' || host.detail === event.reason) return { kind: 'unchanged' };
      return {
        kind: 'moved',
        host: { ...host, detail: event.reason },
        text: `${host.name} is not Ready: ${event.reason}`,
      };
    case 'node-ready':
      if (host.state === 'active') return { kind: 'unchanged' };
      if (!['igniting', 'joining'].includes(host.state) && !mayRecover(host))
        return refused(host, 'become Ready');
      return moved(host, now, 'active', 'is an active node');
    case 'time-passed':
      return checkDeadline(host, now);
    case 'released':
      if (host.state === 'released') return { kind: 'unchanged' };
      return moved({ ...host, install: undefined, assignment: undefined }, now, 'released', 'is released');
  }
}

/** States whose disk holds a system that an install would erase. */
const INSTALLED_STATES: readonly HostState[] = ['installed', 'igniting', 'joining', 'active'];

function arm(host: Host, install: Install, intent: 'install' | 'reinstall', now: Instant): Transition {
  if (['discovered', 'released'].includes(host.state)) return refused(host, 'be armed before it is accepted');
  if (host.state === 'installing') return refused(host, 'be armed; cancel the install first');
  if (intent === 'install' && INSTALLED_STATES.includes(host.state)) {
    return refused(host, `be armed; erasing it is called \`hearth host reinstall ${host.name}\``);
  }
  const armedFrom = host.state === 'armed' ? host.install?.armedFrom : host.state;
  return moved({ ...host, install: { ...install, armedFrom } }, now, 'armed', 'is armed for one install');
}

/** Back to where it was: a node that was never touched is still a node. */
function disarm(host: Host, now: Instant, text: string): Transition {
  const from = host.state === 'armed' ? host.install?.armedFrom : undefined;
  const state = from === 'active' || from === 'installed' ? from : 'registered';
  return moved({ ...host, install: undefined }, now, state, text);
}

function noteBootInterface(host: Host, mac: MacAddress): Transition {
  const { install } = host;
  const installs = host.state === 'armed' || host.state === 'installing';
  if (!installs || install === undefined || install.bootMac === mac) return { kind: 'unchanged' };
  return {
    kind: 'moved',
    host: { ...host, detail: 'it fetched its boot script', install: { ...install, bootMac: mac } },
    text: `${host.name} boots from the network by ${mac}`,
  };
}

/** How often a machine that goes on asking is written down. */
const HEARD_EVERY_MS = 60_000;

function waitWithIgnition(host: Host, reason: string, now: Instant): Transition {
  // A power cut between the last write and %post's report leaves a good disk and a host still `installing`.
  if (!['installing', 'installed', 'igniting'].includes(host.state) && !mayRecover(host)) {
    return refused(host, 'fetch its Ignition config');
  }
  const text = `${host.name} waits with its Ignition config: ${reason}`;
  if (host.state !== 'installed') {
    return { kind: 'moved', host: { ...entering(host, 'installed', now), detail: reason }, text };
  }
  if (host.detail !== reason) return { kind: 'moved', host: { ...host, detail: reason, heardAt: now }, text };
  if (now - (host.heardAt ?? host.since) < HEARD_EVERY_MS) return { kind: 'unchanged' };
  return { kind: 'moved', host: { ...host, heardAt: now }, text: '' };
}

/** A machine that was given up after its install and then shows that it lives goes on where it was. */
function mayRecover(host: Host): boolean {
  const during = host.failure?.during;
  return (
    host.state === 'failed' &&
    host.install !== undefined &&
    during !== undefined &&
    INSTALLED_STATES.includes(during)
  );
}

function startInstaller(host: Host, now: Instant): Transition {
  const { install } = host;
  if (install === undefined || !['armed', 'installing'].includes(host.state))
    return refused(host, 'start the installer');
  const attempts = install.attempts + 1;
  if (attempts > MAX_INSTALL_ATTEMPTS) {
    return failed(
      host,
      now,
      `the installer was started ${MAX_INSTALL_ATTEMPTS} times and never finished`,
      'Look at the console of the machine for the reason, then arm it again.',
    );
  }
  const text = attempts === 1 ? 'starts the installer' : `starts the installer again (attempt ${attempts})`;
  return moved({ ...host, install: { ...install, attempts } }, now, 'installing', text);
}

function fetchIgnition(host: Host, initialises: boolean, now: Instant): Transition {
  const { install } = host;
  const expected = ['installing', 'installed', 'igniting'].includes(host.state) || mayRecover(host);
  if (install === undefined || !expected) return refused(host, 'fetch its Ignition config');
  // ocne #152: a hard reset before ocne-disable-ignition ran makes Ignition run a second time with the same token.
  const text =
    host.state === 'igniting'
      ? 'fetched its Ignition config again after a restart'
      : 'fetched its Ignition config';
  return moved({ ...host, install: { ...install, initialises } }, now, 'igniting', text);
}

function checkDeadline(host: Host, now: Instant): Transition {
  const deadline = stateDeadline(host);
  if (deadline === undefined || now < deadline) return { kind: 'unchanged' };
  if (host.state === 'armed') {
    return disarm(host, now, 'did not boot from the network in time and is no longer armed');
  }
  const rule = STATE_RULES[host.state];
  const minutes = Math.round((now - host.since) / 60_000);
  const detail = host.detail === undefined ? '' : `; last heard: ${host.detail}`;
  return failed(host, now, `it waited ${minutes} minutes ${rule.waitsFor}${detail}`, rule.remedy ?? '');
}

function moved(host: Host, now: Instant, state: HostState, text: string): Transition {
  return { kind: 'moved', host: entering(host, state, now), text: `${host.name} ${text}` };
}

function entering(host: Host, state: HostState, now: Instant): Host {
  return { ...host, state, since: now, heardAt: undefined, detail: undefined, failure: undefined };
}

function failed(host: Host, now: Instant, reason: string, remedy: string): Transition {
  const failure: Failure = { reason, remedy, at: now, during: host.state };
  return {
    kind: 'moved',
    host: { ...entering(host, 'failed', now), failure },
    text: `${host.name} failed while ${host.state}: ${reason}. ${remedy}`,
  };
}

function refused(host: Host, what: string): Transition {
  return { kind: 'refused', reason: `${host.name} is ${host.state} and cannot ${what}` };
}
