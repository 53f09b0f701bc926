import type { Host } from '../../../domain/host/host.ts';
import { diskText, isTarget } from './host-words.ts';

export type HostActionName = 'arm' | 'reinstall' | 'cancel' | 'release';

interface HostAction {
  readonly name: HostActionName | 'accept';
  readonly label: string;
  readonly kind: 'main' | 'danger' | '';
  /** What will happen, in a sentence. */
  readonly effect: string;
  /** The disk whose content will be lost. */
  readonly erases?: string | undefined;
}

/** What a person may do with a host in its present state. */
export function actionsFor(host: Host): readonly HostAction[] {
  switch (host.state) {
    case 'discovered':
    case 'released':
      return [
        {
          name: 'accept',
          label: 'Accept',
          kind: 'main',
          effect: `${host.name} is taken into the inventory.`,
        },
      ];
    case 'registered':
    case 'failed':
      return [arm(host), release(host)];
    case 'armed':
    case 'installing':
      return [cancel(host), release(host)];
    case 'installed':
    case 'active':
      return [reinstall(host), release(host)];
    case 'igniting':
    case 'joining':
      return [release(host)];
  }
}

export function actionNamed(host: Host, name: string): HostAction | undefined {
  return actionsFor(host).find((action) => action.name === name);
}

function arm(host: Host): HostAction {
  return {
    name: 'arm',
    label: 'Arm',
    kind: 'main',
    effect: `${host.name} may be installed once. Power it on and let it boot from the network: the install starts without another question.`,
    erases: erasedText(host),
  };
}

function reinstall(host: Host): HostAction {
  return {
    name: 'reinstall',
    label: 'Reinstall',
    kind: 'danger',
    effect: `${host.name} runs an installed system now. At its next boot from the network it is installed anew.`,
    erases: erasedText(host),
  };
}

function cancel(host: Host): HostAction {
  const running = host.state === 'installing' ? ' The installer that runs now is not stopped by this.' : '';
  return {
    name: 'cancel',
    label: 'Cancel install',
    kind: '',
    effect: `${host.name} may no longer be installed.${running}`,
  };
}

function release(host: Host): HostAction {
  return {
    name: 'release',
    label: 'Release',
    kind: 'danger',
    effect: `${host.name} leaves its cluster's plan and the inventory. Its disk is not touched. It boots nothing from here until it is accepted again.`,
  };
}

/** Names the disk that the install will erase, as exactly as is known. */
function erasedText(host: Host): string {
  const target = host.facts?.disks.find((disk) => isTarget(disk, host));
  if (target !== undefined) return `everything on disk ${diskText(target)}.`;
  if (host.disk !== undefined) return `everything on disk ${host.disk}.`;
  if (host.facts !== undefined && host.facts.disks.length > 1) {
    return 'no disk is chosen and the machine has several, so the installer will refuse. Choose one first.';
  }
  return 'everything on the only disk of the machine. If it has several, the installer refuses.';
}
