import { Buffer } from 'node:buffer';
import { parse, stringify } from 'yaml';
import { Problem } from '../error/problem.ts';
import { hostPort } from './address.ts';
import type { CertificateAndKey } from './pki.ts';

export interface KubeconfigRequest {
  readonly host: string;
  readonly port: number;
  readonly caCertificate: string;
  readonly admin: CertificateAndKey;
}

/** The administrator's kubeconfig under the names that kubeadm and `ocne` use. */
export function renderKubeconfig(request: KubeconfigRequest): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'kubernetes',
          cluster: {
            'certificate-authority-data': base64(request.caCertificate),
            server: `https://${hostPort(request.host, request.port)}`,
          },
        },
      ],
      contexts: [
        { name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } },
      ],
      'current-context': 'kubernetes-admin@kubernetes',
      preferences: {},
      users: [
        {
          name: 'kubernetes-admin',
          user: {
            'client-certificate-data': base64(request.admin.certificate),
            'client-key-data': base64(request.admin.key),
          },
        },
      ],
    },
    { lineWidth: 0 },
  );
}

/** Where a kubeconfig keeps the CA of its current cluster: in itself, or in another file. */
export type CaLocation =
  { readonly kind: 'inline'; readonly pem: string } | { readonly kind: 'file'; readonly path: string };

/**
 * The CA of the current context's cluster, or of the first cluster when no context is current.
 *
 * @throws Problem `input-invalid` naming the file when it is not a kubeconfig or names no CA
 */
export function caOfKubeconfig(text: string, file: string): CaLocation {
  const refuse = (why: string): Problem => new Problem('input-invalid', `${file} ${why}.`);
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new Problem('input-invalid', `${file} is not YAML.`, { cause });
  }
  const clusters = list(field(document, 'clusters'));
  const context = named(field(document, 'contexts'), field(document, 'current-context'));
  const entry = named(clusters, field(field(context, 'context'), 'cluster')) ?? clusters[0];
  if (entry === undefined) throw refuse('is not a kubeconfig: it lists no clusters');
  const cluster = field(entry, 'cluster');
  const data = field(cluster, 'certificate-authority-data');
  if (typeof data === 'string')
    return { kind: 'inline', pem: Buffer.from(data, 'base64').toString('latin1') };
  const path = field(cluster, 'certificate-authority');
  if (typeof path === 'string') return { kind: 'file', path };
  throw refuse('names no certificate authority for its cluster');
}

function named(entries: unknown, name: unknown): unknown {
  return list(entries).find((entry) => name !== undefined && field(entry, 'name') === name);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
