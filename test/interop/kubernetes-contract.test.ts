import { describe, it } from 'vitest';
import { kubernetesContract } from '../fakes/kubernetes/contract.ts';
import { realAssets, startRealKubernetes } from '../fakes/kubernetes/real.ts';
import { FakeKubernetes } from '../fakes/kubernetes/server.ts';

kubernetesContract('fake', async () => {
  const fake = await FakeKubernetes.start();
  return { credentials: await fake.credentials(), stop: () => fake.down() };
});

const assets = realAssets();
if ('folder' in assets) kubernetesContract('kube-apiserver', () => startRealKubernetes(assets.folder));
else {
  console.warn(`LEFT OUT: the contract against a real kube-apiserver and etcd, because ${assets.missing}.`);
  describe.skip(`the Kubernetes API (kube-apiserver): left out, ${assets.missing}`, () => {
    it('keeps the contract', () => undefined);
  });
}
