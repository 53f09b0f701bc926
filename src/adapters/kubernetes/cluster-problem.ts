import type { Cluster } from '../../domain/cluster/record.ts';
import { Problem } from '../../domain/error/problem.ts';
import { ApiFailure, asFailure } from './failure.ts';

/** Statuses with which an API server, or the balancer before it, says that it may work later. */
const LATER = new Set([429, 500, 502, 503, 504]);

/** A failed call as a Problem: `cluster-refused` when the API said no for good, otherwise `cluster-unreachable`. */
export function clusterProblem(cluster: Pick<Cluster, 'name'>, what: string, thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const refused = thrown instanceof ApiFailure && thrown.kind === 'status' && !LATER.has(thrown.status ?? 0);
  const message = `The API of ${cluster.name} ${what}: ${reasonOf(thrown)}.`;
  return new Problem(refused ? 'cluster-refused' : 'cluster-unreachable', message, { cause: thrown });
}

/** Why a call failed, as a clause for people. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Problem ? thrown.message : asFailure(thrown).message;
}
