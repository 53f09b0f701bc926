// The stand-in of what runs on a control plane, as a process inside a rack's namespace:
//   node test/rack/control-plane-main.ts --listen 10.20.0.1:9100 --endpoint 10.20.0.5 --device br0
//
// `kubeadm init` of the stand-in OS sends the CA that it was given, key included: with it, and only with it, a Kubernetes
// API comes up on the cluster's endpoint. `kubeadm join` sends its token: only one that is in the cluster as a Secret makes
// a node. So a rack comes up only if the appliance gave every host what it needs.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { parseArgs } from 'node:util';
import { FakeKubernetes } from '../fakes/kubernetes/server.ts';

const KUBELET_TOKEN = 'stand-in-of-certificate-signing';

const { values } = parseArgs({
  options: {
    listen: { type: 'string', default: '10.20.0.1:9100' },
    endpoint: { type: 'string', default: '10.20.0.5' },
    device: { type: 'string', default: 'br0' },
  },
});
const [host = '', port = ''] = values.listen.split(':');
let api: FakeKubernetes | undefined;

/** Starts the API of a cluster whose first node sent its CA as PEM, and registers that node. */
async function initialise(node: string, pem: string): Promise<void> {
  if (api !== undefined) throw new Error('kubeadm init ran on a second host');
  const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\s/.exec(pem)?.[0];
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----\s/.exec(pem)?.[0];
  if (certificate === undefined || key === undefined)
    throw new Error('the host has no CA certificate and key');
  execFileSync('ip', ['addr', 'replace', `${values.endpoint}/32`, 'dev', values.device]);
  api = await FakeKubernetes.start({
    address: values.endpoint,
    port: 6443,
    ca: { certificate, key },
    endpointHost: values.endpoint,
  });
  api.tokens.set(KUBELET_TOKEN, { name: 'kubelet', groups: ['system:masters'] });
  await register(node);
}

async function join(node: string, token: string): Promise<void> {
  const status = await call('GET', '/api/v1/nodes', token);
  if (status !== 200) throw new Error(`the API answers ${status} to the join token of ${node}`);
  await register(node);
}

/** What the kubelet does once its certificate is signed. */
async function register(name: string): Promise<void> {
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { conditions: [ready] } };
  const status = await call('POST', '/api/v1/nodes', KUBELET_TOKEN, node);
  if (status !== 201 && status !== 409) throw new Error(`the API answers ${status} to node ${name}`);
  // A status sent with a create is dropped; it has its own subresource.
  await call('PATCH', `/api/v1/nodes/${name}/status`, KUBELET_TOKEN, { status: { conditions: [ready] } });
}

function call(method: string, path: string, token: string, body?: object): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const url = new URL(path, `https://${values.endpoint}:6443`);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/merge-patch+json' };
  if (method === 'POST') headers['content-type'] = 'application/json';
  const sent = request(url, { method, headers, rejectUnauthorized: false }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  sent.on('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += String(chunk);
  return text;
}

const server = createServer((message, response) => {
  const url = new URL(message.url ?? '/', 'http://rack');
  const node = url.searchParams.get('node') ?? '';
  const act = url.pathname === '/init' ? initialise : join;
  bodyOf(message)
    .then((body) => act(node, body.trimStart()))
    .then(
      () => {
        console.log(`${url.pathname.slice(1)} ${node}: done`);
        response.end('done\n');
      },
      (error: unknown) => {
        console.log(`${url.pathname.slice(1)} ${node}: ${String(error)}`);
        response.writeHead(409).end(`${String(error)}\n`);
      },
    );
});
server.listen(Number(port), host, () => console.log('ready'));
process.once('SIGTERM', () => process.exit(0));
