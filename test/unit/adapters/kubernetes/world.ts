import { ApiConnections } from '../../../../src/adapters/kubernetes/connections.ts';
import type { ApiCredentials } from '../../../../src/adapters/kubernetes/connection.ts';
import { KubernetesClusterApi } from '../../../../src/adapters/kubernetes/cluster-api.ts';
import { ServerSideApplier } from '../../../../src/adapters/kubernetes/addon-applier.ts';
import { ForgePki } from '../../../../src/adapters/pki/forge-pki.ts';
import type { CertificateAndKey } from '../../../../src/domain/cluster/pki.ts';
import type { Cluster } from '../../../../src/domain/cluster/record.ts';
import { aCluster } from '../../../fakes/a-cluster.ts';
import { FakeKubernetes } from '../../../fakes/kubernetes/server.ts';

/** A cluster whose API is the fake, and everything of ours that speaks to it, with less patience than in earnest. */
export interface KubernetesWorld {
  readonly fake: FakeKubernetes;
  readonly cluster: Cluster;
  readonly api: KubernetesClusterApi;
  readonly applier: ServerSideApplier;
  readonly connections: ApiConnections;
  stop(): Promise<void>;
}

const LIMITS = { connect: 400, total: 600 };

/** Keys take most of the time of a test, so all tests of a file share theirs. */
let keys: Promise<{ ca: CertificateAndKey; certificate: CertificateAndKey }> | undefined;

async function makeKeys(): Promise<{ ca: CertificateAndKey; certificate: CertificateAndKey }> {
  const pki = new ForgePki({ now: () => Date.now() });
  const ca = await pki.createCa('127.0.0.1', aCluster('c1').config.certificateInformation);
  const request = { endpointHost: '127.0.0.1', serviceSubnet: '10.96.0.0/12' };
  return { ca, certificate: await pki.createAdminCertificate(ca, request) };
}

export async function kubernetesWorld(more: Partial<ApiCredentials> = {}): Promise<KubernetesWorld> {
  keys ??= makeKeys();
  const { ca, certificate } = await keys;
  const fake = await FakeKubernetes.start({ ca, certificate });
  const credentials = { ca: ca.certificate, ...certificate, server: fake.url, ...more };
  const connections = new ApiConnections({
    credentials: () => Promise.resolve(credentials),
    limits: LIMITS,
  });
  return {
    fake,
    cluster: aCluster('c1'),
    api: new KubernetesClusterApi({ connections, clock: { now: () => Date.now() } }),
    applier: new ServerSideApplier({ connections }),
    connections,
    stop: async () => {
      connections.close();
      await fake.down();
    },
  };
}
