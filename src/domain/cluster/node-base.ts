import { inlineFile } from '../../protocol/ignition/file.ts';
import { Problem } from '../error/problem.ts';
import { canonicalAddress, familyOf } from './address.ts';
import { parseOsRegistry } from './os-reference.ts';
import { refuseControl, shellWord, systemdAssignment, tomlString } from './quoting.ts';
import type { Fragments } from '../../protocol/ignition/config.ts';
import type { ClusterConfig } from './config.ts';
import type { TemplateSource } from './templates.ts';

export interface BaseOptions {
  readonly action: 'init' | 'join';
  readonly networkInterface: string;
  readonly strict: boolean;
  /** Whether the first node puts its certificates into the cluster for the next ones. */
  readonly uploadCerts: boolean;
}

/**
 * What every node gets, in the order in which `ocne` emits it: the operating system's update source, the bootstrap
 * script, the registry and the services that run Kubernetes.
 */
export function nodeBase(config: ClusterConfig, options: BaseOptions, templates: TemplateSource): Fragments {
  const os = parseOsRegistry(config.osRegistry);
  if (typeof os === 'string') throw new Problem('cluster-invalid', os);
  refuseControl(config.osTag);
  const text = (name: string, values: Record<string, unknown> = {}): string => templates.render(name, values);
  return {
    files: [
      inlineFile(
        '/etc/ocne/update.yaml',
        text('update.yaml.ejs', { registry: os.image, tag: config.osTag, transport: os.transport }),
        { mode: 0o400 },
      ),
      inlineFile('/etc/ocne/ocne.sh', bootstrapScript(config, options, templates), { mode: 0o555 }),
      inlineFile(
        '/etc/containers/registries.conf',
        text('registries.conf.ejs', { registry: tomlString(config.registry) }),
        { mode: 0o644 },
      ),
      inlineFile('/etc/ocne/ocne-kubeadm-upgrade.sh', text('ocne-kubeadm-upgrade.sh'), { mode: 0o555 }),
    ],
    // The image has the patch files already; the entry makes sure that kubeadm finds the directory.
    directories: [{ path: '/etc/ocne/ock/patches' }],
    units: [
      { name: 'ocne-update.service', enabled: true },
      {
        name: 'ocne.service',
        enabled: true,
        dropins: [
          {
            name: 'bootstrap.conf',
            contents: text('bootstrap.conf.ejs', {
              action: systemdAssignment('ACTION', options.action),
              netInterface: systemdAssignment('NET_INTERFACE', options.networkInterface),
            }),
          },
        ],
      },
      { name: 'crio.service', enabled: true },
      { name: 'kubelet.service', enabled: true },
    ],
  };
}

function bootstrapScript(config: ClusterConfig, options: BaseOptions, templates: TemplateSource): string {
  const primary = familyOf(config.serviceSubnet.split('/')[0] ?? '');
  return templates.render('ocne.sh.ejs', {
    strict: options.strict,
    uploadCerts: options.uploadCerts,
    familyFlag: primary === 'ipv6' ? '-6' : '-4',
    virtualIp: shellWord(config.endpoint.kind === 'virtual-ip' ? canonicalAddress(config.endpoint.host) : ''),
  });
}
