import type { NodeHealth } from '../../domain/cluster/api.ts';
import { items, text } from './object.ts';

/** What a Node object says of itself, in words. */
export function nodeHealth(node: unknown): NodeHealth {
  const ready = items(node, 'status', 'conditions').find((one) => text(one, 'type') === 'Ready');
  const reason = text(ready, 'reason') ?? '';
  const message = shorten(text(ready, 'message') ?? '');
  switch (text(ready, 'status')) {
    case 'True':
      return { kind: 'ready' };
    case 'False':
      return { kind: 'not-ready', reason: notReady(reason, message) };
    case 'Unknown':
      return {
        kind: 'not-ready',
        reason: `its kubelet has not reported since ${text(ready, 'lastHeartbeatTime') ?? 'it started'}`,
      };
    default:
      return { kind: 'not-ready', reason: 'its kubelet has not reported yet' };
  }
}

function notReady(reason: string, message: string): string {
  // CRI-O's words until the CNI of the cluster has put its configuration on the node.
  if (/NetworkPluginNotReady|cni (plugin|config)/i.test(message))
    return 'it has no pod network yet: flannel, or the CNI of your choice, has not started there';
  const because = message === '' ? 'its kubelet gives no reason' : `its kubelet says: ${message}`;
  return reason === '' || reason === 'KubeletNotReady' ? because : `${because} (${reason})`;
}

function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 300 ? line : `${line.slice(0, 300)}…`;
}
