import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const dropIn = z.object({ name: z.string(), contents: z.string().default('') });
const unit = z.object({ name: z.string(), dropins: z.array(dropIn).default([]) });
const file = z.object({
  path: z.string(),
  contents: z.object({ source: z.string().default('data:,'), compression: z.string().nullish() }).optional(),
});
const config = z.object({
  ignition: z.object({ version: z.string() }),
  storage: z.object({ files: z.array(file).default([]) }),
  systemd: z.object({ units: z.array(unit).default([]) }),
});

/** The part of an Ignition config that makes a host the node it becomes. */
export interface NodeOrders {
  readonly hostname: string;
  readonly action: 'init' | 'join';
  /** The cluster's CA, which control planes get. */
  readonly ca: { readonly certificate: string; readonly key: string } | undefined;
  /** What `kubeadm join` shows and checks. */
  readonly join: { readonly token: string; readonly pins: readonly string[] } | undefined;
  /** The boot token that the node reports with, and where. */
  readonly report: { readonly url: string; readonly token: string };
}

/** @throws Error naming what a host could not start with */
export function readNodeConfig(body: string): NodeOrders {
  const { storage, systemd } = config.parse(JSON.parse(body));
  const files = new Map(storage.files.map((one) => [one.path, one]));
  const content = (path: string): string | undefined => {
    const found = files.get(path);
    return found === undefined
      ? undefined
      : decode(found.contents?.source ?? 'data:,', found.contents?.compression);
  };
  const need = (what: string, value: string | undefined): string => {
    if (value === undefined || value === '') throw new Error(`the Ignition config has no ${what}`);
    return value;
  };
  const settings = systemd.units
    .filter(({ name }) => name === 'ocne.service')
    .flatMap(({ dropins }) => dropins.map(({ contents }) => contents))
    .join('\n');
  const action = need('ACTION', /ACTION=(init|join)\b/.exec(settings)?.[1]) === 'init' ? 'init' : 'join';
  const certificate = content('/etc/kubernetes/pki/ca.crt');
  const key = content('/etc/kubernetes/pki/ca.key');
  const curl = need('place to report to', content('/etc/hearth/report.curl'));
  return {
    hostname: need('host name', content('/etc/hostname')).trim(),
    action,
    ca: certificate === undefined || key === undefined ? undefined : { certificate, key },
    join:
      action === 'join' ? readJoin(need('kubeadm.conf', content('/etc/kubernetes/kubeadm.conf'))) : undefined,
    report: {
      url: need('report URL', /http:\/\/[^\s"]+/.exec(curl)?.[0]),
      token: need('report token', /Bearer ([\w-]+)/.exec(curl)?.[1]),
    },
  };
}

function readJoin(kubeadm: string): NodeOrders['join'] {
  const token = /^\s*token: "?([a-z0-9]{6}\.[a-z0-9]{16})/m.exec(kubeadm)?.[1];
  if (token === undefined) throw new Error('kubeadm.conf has no join token');
  return { token, pins: [...kubeadm.matchAll(/sha256:([0-9a-f]{64})/g)].map(([, pin]) => pin ?? '') };
}

/** RFC 2397, as Ignition reads it. */
function decode(source: string, compression: string | null | undefined): string {
  const comma = source.indexOf(',');
  const [kind, payload] = [source.slice(0, comma), source.slice(comma + 1)];
  const bytes = kind.endsWith(';base64')
    ? Buffer.from(payload, 'base64')
    : Buffer.from(decodeURIComponent(payload), 'utf8');
  return (compression === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
}
