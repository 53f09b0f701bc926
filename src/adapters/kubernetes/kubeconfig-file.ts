import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { Problem } from '../../domain/error/problem.ts';
import type { ServerCredentials } from './connection.ts';

const text = z.string().optional();

const clusterSchema = z.looseObject({
  server: z.url({ protocol: /^https$/ }),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'proxy-url': text,
  'tls-server-name': text,
});
const userSchema = z.looseObject({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
  username: text,
});
const fileSchema = z.looseObject({
  'current-context': z.string().default(''),
  clusters: z.array(z.looseObject({ name: z.string(), cluster: clusterSchema })).default([]),
  contexts: z
    .array(
      z.looseObject({
        name: z.string(),
        context: z.looseObject({ cluster: z.string(), user: z.string().default('') }),
      }),
    )
    .default([]),
  users: z.array(z.looseObject({ name: z.string(), user: userSchema.nullish() })).default([]),
});

/**
 * The credentials of a kubeconfig's current context, as the client library reads them: what is inline wins over files,
 * which are relative to the kubeconfig.
 *
 * @throws Problem `input-invalid` naming the file and what in it is missing or not supported
 */
export function readKubeconfig(file: string): ServerCredentials {
  const refuse = (why: string, remedy?: string, cause?: unknown): Problem =>
    new Problem('input-invalid', `${file} ${why}.`, {
      ...(remedy === undefined ? {} : { remedy }),
      cause,
    });
  const config = parseFile(file, refuse);
  const context = entry(config.contexts, config['current-context'])?.context;
  if (context === undefined)
    throw refuse('has no current context', 'Choose one: kubectl config use-context NAME');
  const cluster = entry(config.clusters, context.cluster)?.cluster;
  if (cluster === undefined) throw refuse(`has no cluster "${context.cluster}"`);
  const user: z.output<typeof userSchema> = entry(config.users, context.user)?.user ?? {};

  if (user.exec !== undefined || user['auth-provider'] !== undefined)
    throw refuse(
      'gets its credentials from another program (exec or auth-provider), which is not run from here',
      'Use a kubeconfig with a client certificate or a token, such as /etc/kubernetes/admin.conf of a control plane.',
    );
  if (user.username !== undefined) throw refuse('signs in with a password, which Kubernetes no longer knows');
  if (cluster['insecure-skip-tls-verify'] === true)
    throw refuse('does not check who answers (insecure-skip-tls-verify)', 'Add the certificate of its CA.');
  for (const key of ['proxy-url', 'tls-server-name'] as const)
    if (cluster[key] !== undefined) throw refuse(`asks for ${key}, which is not supported here`);

  const read = (data: string | undefined, path: string | undefined): string | undefined => {
    if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
    if (path === undefined || path === '') return undefined;
    const beside = resolve(dirname(file), path);
    return readText(beside, (why, ...more) => refuse(`names ${beside}, which ${why}`, ...more));
  };
  const ca = read(cluster['certificate-authority-data'], cluster['certificate-authority']);
  if (ca === undefined) throw refuse('names no certificate authority for its cluster');
  const certificate = read(user['client-certificate-data'], user['client-certificate']);
  const key = read(user['client-key-data'], user['client-key']);
  const bearer = user.token ?? read(undefined, user.tokenFile)?.trim();
  if ((certificate === undefined || key === undefined) && bearer === undefined)
    throw refuse('holds neither a client certificate with its key nor a token');
  return {
    ca,
    server: new URL(cluster.server),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
    ...(bearer === undefined ? {} : { bearer }),
  };
}

type Refuse = (why: string, remedy?: string, cause?: unknown) => Problem;

function parseFile(file: string, refuse: Refuse): z.output<typeof fileSchema> {
  const content = readText(file, refuse);
  try {
    return fileSchema.parse(parse(content, { maxAliasCount: 100 }));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    // A YAML error quotes the line, which may hold a key.
    throw refuse(
      issue === undefined ? 'is not YAML' : `is no kubeconfig: ${issue.path.join('.')}: ${issue.message}`,
    );
  }
}

function readText(path: string, refuse: Refuse): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw refuse('cannot be read', 'Name a kubeconfig with --kubeconfig.', cause);
  }
}

function entry<T extends { readonly name: string }>(list: readonly T[], name: string): T | undefined {
  return list.find((one) => one.name === name);
}
