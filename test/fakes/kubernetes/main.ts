// A fake Kubernetes API as a program of its own, for the virtual rack:
//   node test/fakes/kubernetes/main.ts --listen ADDR:PORT --ca ca.crt --ca-key ca.key [--host NAME] [--token TOKEN]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FakeKubernetes } from './server.ts';

const { values } = parseArgs({
  options: {
    listen: { type: 'string', default: '127.0.0.1:6443' },
    ca: { type: 'string' },
    'ca-key': { type: 'string' },
    /** Name or address in the certificate, such as the virtual IP. */
    host: { type: 'string' },
    /** A bearer token that may do everything. */
    token: { type: 'string' },
  },
});

const colon = values.listen.lastIndexOf(':');
const address = values.listen.slice(0, colon).replaceAll(/[[\]]/g, '');
const { ca, 'ca-key': caKey, host, token } = values;
if ((ca === undefined) !== (caKey === undefined)) throw new Error('--ca and --ca-key go together');

const fake = await FakeKubernetes.start({
  address,
  port: Number(values.listen.slice(colon + 1)),
  ...(ca === undefined || caKey === undefined
    ? {}
    : { ca: { certificate: readFileSync(ca, 'utf8'), key: readFileSync(caKey, 'utf8') } }),
  ...(host === undefined ? {} : { endpointHost: host }),
});
if (token !== undefined) fake.tokens.set(token, { name: 'fake-admin', groups: ['system:masters'] });
console.log(`ready ${fake.url.href}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void fake.down().then(() => process.exit(0)));
