import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ForgePki } from '../../../src/adapters/pki/forge-pki.ts';
import type { ApiCredentials } from '../../../src/adapters/kubernetes/connection.ts';
import type { CertificateAndKey } from '../../../src/domain/cluster/pki.ts';
import type { User } from './access.ts';
import { answer } from './handler.ts';
import type { JsonObject } from './json.ts';
import { textAt } from './json.ts';
import { recordUpdate } from './managed-fields.ts';
import { apiVersionOf } from './resource.ts';
import { servedBy } from './router.ts';
import { Storage } from './storage.ts';

const SERVICE_SUBNET = '10.96.0.0/12';
const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

export interface FakeKubernetesOptions {
  /** Of the cluster: signs the server's certificate and is trusted for clients. Made when absent. */
  readonly ca?: CertificateAndKey;
  /** Of the server, where a test makes it once for many; signed by `ca` when absent. */
  readonly certificate?: CertificateAndKey;
  /** Address to listen on. */
  readonly address?: string;
  /** Free one when absent; kept over `down` and `up`. */
  readonly port?: number;
  /** Name or address in the certificate beside the one listened on, such as a virtual IP. */
  readonly endpointHost?: string;
  readonly gitVersion?: string;
  readonly bookmarkEvery?: number;
}

/**
 * A Kubernetes API in this process: real sockets, TLS, client certificates and tokens, and the semantics of
 * kube-apiserver as far as `contract.ts` pins them down. No controllers run: a namespace is empty at once when it is
 * deleted, and nothing else follows from a write.
 */
export class FakeKubernetes {
  readonly storage = new Storage();
  readonly ca: CertificateAndKey;
  /** Bearer tokens beyond bootstrap tokens, which live in Secrets. */
  readonly tokens = new Map<string, User>();
  /** Health checks that fail now. */
  readonly failing = new Set<string>();
  /** Every request, oldest first: `GET /readyz`. */
  readonly requests: string[] = [];
  readonly #options: FakeKubernetesOptions;
  readonly #sockets = new Set<Duplex>();
  #server: Server | undefined;
  #port: number;
  #certificate: CertificateAndKey;
  #delay = 0;
  #refusal: { status: number; left: number } | undefined;

  private constructor(options: FakeKubernetesOptions, ca: CertificateAndKey, certificate: CertificateAndKey) {
    this.#options = options;
    this.#port = options.port ?? 0;
    this.ca = ca;
    this.#certificate = certificate;
    for (const name of NAMESPACES) this.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }

  static async start(options: FakeKubernetesOptions = {}): Promise<FakeKubernetes> {
    const pki = pkiAt(Date.now());
    const information = { country: 'US', org: 'OCNE', orgUnit: 'OCNE', state: 'TX' };
    const ca = options.ca ?? (await pki.createCa('127.0.0.1', information));
    const fake = new FakeKubernetes(
      options,
      ca,
      options.certificate ?? (await serverCertificate(ca, options, Date.now())),
    );
    await fake.up();
    return fake;
  }

  get url(): URL {
    const address = this.#options.address ?? '127.0.0.1';
    return new URL(`https://${address.includes(':') ? `[${address}]` : address}:${this.#port}`);
  }

  get port(): number {
    return this.#port;
  }

  /** What an administrator of this cluster has. */
  async credentials(): Promise<ApiCredentials> {
    const request = { endpointHost: '127.0.0.1', serviceSubnet: SERVICE_SUBNET };
    const admin = await pkiAt(Date.now()).createAdminCertificate(this.ca, request);
    return { ca: this.ca.certificate, ...admin, server: this.url };
  }

  /** Puts objects there as the system itself would, past admission and locking. */
  seed(...objects: readonly JsonObject[]): void {
    for (const object of objects) {
      const resource = servedBy(this.storage).find(
        (one) => one.kind === object['kind'] && apiVersionOf(one) === object['apiVersion'],
      );
      if (resource === undefined) throw new Error(`the fake serves no ${textAt(object, 'kind')}`);
      const phased = resource.kind === 'Namespace' ? { ...object, status: { phase: 'Active' } } : object;
      const owned = recordUpdate(undefined, phased, { manager: 'kube-apiserver', operation: 'Update' });
      const { namespace, name } = {
        namespace: textAt(object, 'metadata', 'namespace'),
        name: textAt(object, 'metadata', 'name'),
      };
      if (this.storage.find(resource, namespace, name) === undefined) this.storage.create(resource, owned);
      else this.storage.update(resource, owned);
    }
  }

  /** Listens again, on the same port as before. */
  async up(): Promise<void> {
    const { certificate, key } = this.#certificate;
    const server = createServer(
      { cert: certificate, key, ca: this.ca.certificate, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        this.requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
        setTimeout(() => {
          if (this.#refusal !== undefined && this.#refusal.left > 0) {
            this.#refusal.left -= 1;
            const { status } = this.#refusal;
            response.writeHead(status, { 'content-type': 'text/plain' }).end('refused by the test');
            return;
          }
          void answer(
            {
              storage: this.storage,
              tokens: this.tokens,
              failing: this.failing,
              bookmarkEvery: this.#options.bookmarkEvery ?? 1_000,
              gitVersion: this.#options.gitVersion ?? 'v1.33.5',
            },
            request,
            response,
          );
        }, this.#delay);
      },
    );
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // A client that breaks off its handshake is no fault of the server.
    server.on('tlsClientError', () => undefined);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    server.once('error', reject);
    server.listen(this.#port, this.#options.address ?? '127.0.0.1', () => resolve(undefined));
    await promise;
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts every connection and stops listening: connection refused. The objects stay. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    server.close(() => resolve(undefined));
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }

  /** Answers every request this many milliseconds late. */
  slow(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** Answers the next requests with a bare status, as a balancer or an overloaded server does. */
  refuse(status: number, times = Number.POSITIVE_INFINITY): void {
    this.#refusal = { status, left: times };
  }

  /** Everything works again. */
  heal(): void {
    this.#delay = 0;
    this.#refusal = undefined;
    this.failing.clear();
  }

  /** Presents a certificate of another CA, or one that was valid at another time. Connections are cut. */
  async present(which: { readonly ca?: CertificateAndKey; readonly at?: number }): Promise<void> {
    this.#certificate = await serverCertificate(which.ca ?? this.ca, this.#options, which.at ?? Date.now());
    await this.down();
    await this.up();
  }
}

function pkiAt(now: number): ForgePki {
  return new ForgePki({ now: () => now });
}

/** The admin certificate's extensions fit a server too, as kubeadm clusters of `ocne` have it. */
async function serverCertificate(
  ca: CertificateAndKey,
  options: FakeKubernetesOptions,
  at: number,
): Promise<CertificateAndKey> {
  const endpointHost = options.endpointHost ?? options.address ?? '127.0.0.1';
  return pkiAt(at).createAdminCertificate(ca, { endpointHost, serviceSubnet: SERVICE_SUBNET, days: 30 });
}
