import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EjsTemplates } from '../../../../src/adapters/template/ejs-templates.ts';
import { addonsOf } from '../../../../src/domain/cluster/addons/catalogue.ts';
import { addonInputs } from '../../../../src/domain/cluster/addons/inputs.ts';
import type { Manifest } from '../../../../src/domain/cluster/addons/manifest.ts';
import { kubernetesWorld } from './world.ts';
import type { KubernetesWorld } from './world.ts';

const templates = new EjsTemplates('manifest-templates');

let world: KubernetesWorld;
beforeEach(async () => {
  world = await kubernetesWorld();
});
afterEach(async () => {
  await world.stop();
});

function manifests(): Manifest[] {
  const { config } = world.cluster;
  return addonsOf(config, addonInputs(config), templates).flatMap((addon) => addon.manifests);
}

function configMap(data: Record<string, string>): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' }, data };
}

describe('applying manifests', () => {
  it('makes all addons of a cluster, and changes nothing the second time', async () => {
    const outcomes = async (): Promise<string[]> => {
      const seen: string[] = [];
      for (const manifest of manifests()) seen.push(await world.applier.apply(world.cluster, manifest));
      return seen;
    };
    expect(new Set(await outcomes())).toEqual(new Set(['created']));
    const version = world.fake.storage.version;
    expect(new Set(await outcomes())).toEqual(new Set(['unchanged']));
    expect(world.fake.storage.version).toBe(version);
  });

  it('keeps what others added, takes back what it owns, and drops what it no longer wants', async () => {
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' } };
    await world.applier.apply(world.cluster, configMap({ a: '1', b: '2' }));
    world.fake.seed({ ...theirs, data: { a: 'theirs', b: '2', c: 'theirs' } });
    expect(await world.applier.apply(world.cluster, configMap({ a: '1' }))).toBe('changed');
    expect(await world.applier.read(world.cluster, configMap({}))).toMatchObject({
      data: { a: '1', c: 'theirs' },
    });
  });

  it('reads nothing where nothing is', async () => {
    expect(await world.applier.read(world.cluster, configMap({}))).toBeUndefined();
  });

  it('tells what may work later from what will not', async () => {
    const apply = (manifest: Manifest): Promise<unknown> => world.applier.apply(world.cluster, manifest);
    await expect(
      apply({ ...configMap({}), metadata: { name: 'Not_A_Name', namespace: 'default' } }),
    ).rejects.toMatchObject({
      code: 'cluster-refused',
    });
    world.fake.refuse(503);
    await expect(apply(configMap({}))).rejects.toMatchObject({ code: 'cluster-unreachable' });
    world.fake.heal();
    await world.fake.down();
    await expect(apply(configMap({}))).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: 'The API of c1 did not take ConfigMap default/m: connection refused.',
    });
  });

  it('lists the images of control planes alone', async () => {
    const node = (name: string, labels: Record<string, string>, image: string): void =>
      world.fake.seed({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels },
        status: { images: [{ names: [`${image}@sha256:00`, `${image}:current`] }] },
      });
    node('cp', { 'node-role.kubernetes.io/control-plane': '' }, 'r/kube-proxy');
    node('worker', {}, 'r/other');
    expect(await world.applier.images(world.cluster)).toEqual([
      'r/kube-proxy@sha256:00',
      'r/kube-proxy:current',
    ]);
  });
});
