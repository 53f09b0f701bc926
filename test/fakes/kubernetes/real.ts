import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiConnection } from '../../../src/adapters/kubernetes/connection.ts';
import type { ApiCredentials } from '../../../src/adapters/kubernetes/connection.ts';
import { ForgePki } from '../../../src/adapters/pki/forge-pki.ts';

export interface RealKubernetes {
  readonly credentials: ApiCredentials;
  stop(): Promise<void>;
}

/** The programs of envtest's convention; undefined, with the reason, when they are not all there. */
export function realAssets(): { readonly folder: string } | { readonly missing: string } {
  const folder = process.env['KUBEBUILDER_ASSETS'];
  if (folder === undefined || folder === '') return { missing: 'KUBEBUILDER_ASSETS is not set' };
  const absent = ['etcd', 'kube-apiserver'].filter((name) => !existsSync(join(folder, name)));
  return absent.length === 0 ? { folder } : { missing: `${folder} has no ${absent.join(' and no ')}` };
}

/** A kube-apiserver on an etcd, both on loopback with their data in a temporary folder. */
export async function startRealKubernetes(folder: string): Promise<RealKubernetes> {
  const data = mkdtempSync(join(tmpdir(), 'hearth-kubernetes-'));
  const started: ChildProcess[] = [];
  const output: string[] = [];
  const start = (name: string, args: readonly string[]): void => {
    const child = spawn(join(folder, name), args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (bytes: Buffer) => output.push(bytes.toString()));
    started.push(child);
  };
  const stop = async (): Promise<void> => {
    for (const child of started.toReversed()) await ended(child);
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    start('etcd', [
      `--data-dir=${join(data, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${client}`,
      `--advertise-client-urls=http://127.0.0.1:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
    ]);
    const pki = new ForgePki({ now: () => Date.now() });
    const keys = await pki.createClusterPki('127.0.0.1', { country: '', org: '', orgUnit: '', state: '' });
    const request = { endpointHost: '127.0.0.1', serviceSubnet: '10.96.0.0/12' };
    const [server, admin] = await Promise.all([
      pki.createAdminCertificate(keys.ca, request),
      pki.createAdminCertificate(keys.ca, request),
    ]);
    const file = (name: string, text: string): string => {
      writeFileSync(join(data, name), text, { mode: 0o600 });
      return join(data, name);
    };
    start('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${client}`,
      `--secure-port=${secure}`,
      '--bind-address=127.0.0.1',
      `--client-ca-file=${file('ca.crt', keys.ca.certificate)}`,
      `--tls-cert-file=${file('server.crt', server.certificate)}`,
      `--tls-private-key-file=${file('server.key', server.key)}`,
      `--service-account-key-file=${file('sa.pub', keys.serviceAccount.publicKey)}`,
      `--service-account-signing-key-file=${file('sa.key', keys.serviceAccount.privateKey)}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      '--service-cluster-ip-range=10.96.0.0/12',
      '--authorization-mode=RBAC',
      '--enable-bootstrap-token-auth=true',
      // Without a controller nobody makes the service account that this plugin waits for.
      '--disable-admission-plugins=ServiceAccount',
      '--allow-privileged=true',
    ]);
    const credentials = {
      ca: keys.ca.certificate,
      ...admin,
      server: new URL(`https://127.0.0.1:${secure}`),
    };
    await ready(credentials);
    return { credentials, stop };
  } catch (cause) {
    await stop();
    throw new Error(`kube-apiserver did not come up:\n${output.join('').slice(-2_000)}`, { cause });
  }
}

async function ready(credentials: ApiCredentials): Promise<void> {
  const connection = new ApiConnection(credentials);
  try {
    for (let attempt = 0; attempt < 120; attempt += 1) {
      const status = await connection.call({ method: 'GET', path: '/readyz' }).then(
        (answered) => answered.status,
        () => 0,
      );
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error('not ready within a minute');
  } finally {
    connection.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<number>();
  server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  const port = await promise;
  await new Promise((done) => server.close(done));
  return port;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  child.once('exit', () => resolve(undefined));
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await promise;
  clearTimeout(hard);
}
