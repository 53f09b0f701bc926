import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RackNetwork } from './network.ts';

const FAKE_API = fileURLToPath(new URL('../fakes/kubernetes/main.ts', import.meta.url));

/** Where `kubeadm init` of the stand-in sends its CA: the rack's side of the veth pair. */
export const CONTROL_PORT = 9100;

/**
 * Stands in for what runs on a control plane after `kubeadm init`: a Kubernetes API on the cluster's endpoint address,
 * with TLS under the very CA that the first node was given. Without that CA, key included, there is no API, and no
 * worker ever joins.
 */
export class ClusterControl {
  readonly #network: RackNetwork;
  readonly #folder: string;
  readonly #endpoint: string;
  readonly #server: Server;
  #api: ChildProcess | undefined;

  private constructor(network: RackNetwork, folder: string, endpoint: string) {
    this.#network = network;
    this.#folder = folder;
    this.#endpoint = endpoint;
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#initialise(Buffer.concat(chunks).toString()).then(
          () => response.end('ok\n'),
          (error: unknown) => response.writeHead(500).end(String(error)),
        );
      });
    });
  }

  static async start(network: RackNetwork, folder: string, endpoint: string): Promise<ClusterControl> {
    const control = new ClusterControl(network, folder, endpoint);
    await mkdir(folder, { recursive: true });
    await new Promise<void>((resolve) =>
      control.#server.listen(CONTROL_PORT, network.outsideAddress, resolve),
    );
    return control;
  }

  /** Takes `ca.crt` and `ca.key` of the first node, one after the other as PEM. */
  async #initialise(pem: string): Promise<void> {
    if (this.#api !== undefined) throw new Error('kubeadm init ran twice');
    const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n/.exec(pem)?.[0];
    const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----\n/.exec(pem)?.[0];
    if (certificate === undefined || key === undefined) throw new Error('the node has no CA');
    const files = { ca: join(this.#folder, 'ca.crt'), key: join(this.#folder, 'ca.key') };
    await Promise.all([writeFile(files.ca, certificate), writeFile(files.key, key, { mode: 0o600 })]);
    await this.#network.addAddress(`${this.#endpoint}/32`);
    const [command, args] = this.#network.command(
      process.execPath,
      FAKE_API,
      ...['--listen', `${this.#endpoint}:6443`, '--ca', files.ca, '--ca-key', files.key],
    );
    const api = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#api = api;
    const log = createWriteStream(join(this.#folder, 'kubernetes-api.log'));
    api.stdout.pipe(log, { end: false });
    api.stderr.pipe(log);
  }

  stop(): void {
    this.#api?.kill('SIGKILL');
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
