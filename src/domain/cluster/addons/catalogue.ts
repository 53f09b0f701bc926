import type { ClusterConfig } from '../config.ts';
import type { TemplateSource } from '../templates.ts';
import { coreDns } from './core-dns.ts';
import { flannel } from './flannel.ts';
import { haMonitor, needsHaMonitor } from './ha-monitor.ts';
import type { AddonInputs } from './inputs.ts';
import { kubeProxy } from './kube-proxy.ts';
import type { Addon } from './manifest.ts';

/**
 * What a cluster needs after its first control plane, in the order in which it is applied. kubeadm's own phases for
 * DNS and proxy are skipped (kubeadm.conf, skipPhases), as their images are not those that OCK carries.
 */
export function addonsOf(config: ClusterConfig, inputs: AddonInputs, templates: TemplateSource): Addon[] {
  return [
    // First, as a node is not Ready before it has a network, and proxies before names.
    kubeProxy(inputs),
    ...(config.cni === 'none' ? [] : [flannel(inputs)]),
    coreDns(inputs, templates),
    ...(needsHaMonitor(config.endpoint) ? [haMonitor(inputs, templates)] : []),
  ];
}
