import type { ClusterWork } from '../../src/adapters/http/admin/services.ts';
import { Problem } from '../../src/domain/error/problem.ts';

/** Work on clusters where there are none. */
export function idleClusterWork(change: Partial<ClusterWork> = {}): ClusterWork {
  const none = (name: string): Promise<never> =>
    Promise.reject(new Problem('cluster-not-found', `There is no cluster "${name}".`));
  return {
    addons: { status: () => Promise.resolve([]) },
    access: { kubeconfig: none, certificates: () => Promise.resolve([]) },
    up: { up: none },
    reader: {
      state: () => Promise.resolve({ kind: 'silent', reason: 'connection refused' }),
      dump: () => Promise.resolve({}),
    },
    removal: { remove: none },
    departure: {
      release: (name) => Promise.reject(new Problem('host-not-found', `There is no host "${name}".`)),
    },
    ...change,
  };
}
