import { Buffer } from 'node:buffer';
import { parseAllDocuments } from 'yaml';
import { EjsTemplates } from '../../../../src/adapters/template/ejs-templates.ts';
import { COMPILED_DEFAULTS, overlay } from '../../../../src/config/ocne/layers.ts';
import { resolveCluster } from '../../../../src/config/ocne/resolve.ts';
import { renderNodeIgnition } from '../../../../src/domain/cluster/node-ignition.ts';
import { decodeInline } from '../../../../src/protocol/ignition/data-url.ts';
import type { OcneSettings } from '../../../../src/config/ocne/schema.ts';
import type { ClusterConfig } from '../../../../src/domain/cluster/config.ts';
import type {
  NodeIgnitionInput,
  NodeRole,
  RenderedNode,
} from '../../../../src/domain/cluster/node-ignition.ts';
import type { ClusterPki } from '../../../../src/domain/cluster/pki.ts';
import type { IgnitionConfig } from '../../../../src/protocol/ignition/config.ts';

/** What the tests of rendering share: clusters with one thing changed, secrets that are easy to see, decoded files. */
const templates = new EjsTemplates('ignition-templates');

export function clusterOf(settings: OcneSettings = {}): ClusterConfig {
  const minimal: OcneSettings = {
    provider: 'byo',
    name: 'byocluster',
    ...(settings.loadBalancer === undefined ? { virtualIp: '192.168.124.230' } : {}),
    providers: { byo: { networkInterface: 'enp1s0' } },
  };
  return resolveCluster(overlay(overlay(COMPILED_DEFAULTS, minimal), settings), {
    networkInterface: 'required',
  });
}

const pair = (name: string): { certificate: string; key: string } => ({
  certificate: `${name} certificate\n`,
  key: `${name} private key\n`,
});

export const CERTIFICATE_KEY = 'c0ffee'.repeat(11).slice(0, 64);

const PKI: ClusterPki = {
  ca: pair('ca'),
  etcdCa: pair('etcd-ca'),
  frontProxyCa: pair('front-proxy-ca'),
  serviceAccount: { publicKey: 'sa public\n', privateKey: 'sa private\n' },
};

const join = { bootstrapToken: 'abcdef.0123456789abcdef', caCertHashes: [`sha256:${'ab'.repeat(32)}`] };

/** The roles as the CLI renders them, with the secrets that `ocne` uses. */
export const ROLES = {
  init: { kind: 'init', secrets: { kind: 'ca-only', ca: PKI.ca, certificateKey: CERTIFICATE_KEY } },
  'control-plane-join': {
    kind: 'control-plane-join',
    join,
    secrets: { kind: 'certificate-key', certificateKey: CERTIFICATE_KEY },
  },
  'worker-join': { kind: 'worker-join', join },
} as const satisfies Record<string, NodeRole>;

/** The roles as the appliance renders them. */
export const APPLIANCE_ROLES = {
  init: { kind: 'init', secrets: { kind: 'whole-pki', pki: PKI } },
  'control-plane-join': { kind: 'control-plane-join', join, secrets: { kind: 'whole-pki', pki: PKI } },
  'worker-join': { kind: 'worker-join', join },
} as const satisfies Record<string, NodeRole>;

export function render(role: NodeRole, input: Partial<NodeIgnitionInput> = {}): RenderedNode {
  return renderNodeIgnition({ cluster: clusterOf(), host: {}, role, ...input }, templates);
}

/** Path, mode in octal and owner of every file, in order. */
export function filesOf(config: IgnitionConfig): string[] {
  return (config.storage?.files ?? []).map(
    (file) => `${file.path} ${(file.mode ?? 0).toString(8).padStart(4, '0')} ${file.user?.name ?? 'root'}`,
  );
}

export function textOf(config: IgnitionConfig, path: string): string {
  const file = config.storage?.files?.find((entry) => entry.path === path);
  if (file === undefined) throw new Error(`${path} is not in the config`);
  return Buffer.from(decodeInline(file.contents ?? {}) ?? []).toString();
}

export function kubeadmOf(config: IgnitionConfig): unknown[] {
  return parseAllDocuments(textOf(config, '/etc/kubernetes/kubeadm.conf')).map(
    (document) => document.toJS() as unknown,
  );
}

export function dropin(config: IgnitionConfig, unit: string, name: string): string | undefined {
  return config.systemd?.units
    ?.find((entry) => entry.name === unit)
    ?.dropins?.find((entry) => entry.name === name)?.contents;
}

/** Everything in a config as text, for golden files. */
export function decoded(config: IgnitionConfig): string {
  const files = (config.storage?.files ?? []).map(
    (file, index) => `=== file ${filesOf(config)[index] ?? ''}\n${textOf(config, file.path)}`,
  );
  const units = (config.systemd?.units ?? []).flatMap((unit) => [
    `=== unit ${unit.name} enabled=${String(unit.enabled ?? 'unset')}\n${unit.contents ?? ''}`,
    ...(unit.dropins ?? []).map(
      (entry) => `=== drop-in ${unit.name}.d/${entry.name}\n${entry.contents ?? ''}`,
    ),
  ]);
  const rest = { passwd: config.passwd, directories: config.storage?.directories };
  return [...files, ...units, `=== rest\n${JSON.stringify(rest, null, 2)}\n`].join('\n');
}
