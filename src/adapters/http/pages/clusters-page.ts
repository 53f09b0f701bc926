import type { RequestHandler } from 'express';
import type { ClusterBirth } from '../../../domain/cluster/record.ts';
import type { PagesDependencies } from './dependencies.ts';
import { hostRow } from './host-words.ts';
import type { Views } from './views.ts';

const BIRTH: Readonly<Record<ClusterBirth['kind'], { readonly badge: string; readonly text: string }>> = {
  unborn: { badge: 'registered', text: 'waits for its first control-plane host' },
  initialising: { badge: 'joining', text: 'its first host is starting it' },
  born: { badge: 'active', text: 'running' },
};

/** `/clusters`: each cluster with its hosts. */
export function clustersPage({ services, clock }: PagesDependencies, views: Views): RequestHandler {
  return async (_req, res) => {
    const now = clock.now();
    const hosts = services.hosts.all();
    const clusters = (await services.clusters.list()).map(({ name, config, birth }) => ({
      name,
      endpoint: `${config.endpoint.host}:${config.endpoint.port}`,
      version: config.kubernetesVersion,
      badge: BIRTH[birth.kind].badge,
      birth: BIRTH[birth.kind].text,
      hosts: hosts.filter((host) => host.assignment?.cluster === name).map((host) => hostRow(host, now)),
    }));
    await views.send(res, { view: 'clusters', title: 'Clusters', here: '/clusters', values: { clusters } });
  };
}
