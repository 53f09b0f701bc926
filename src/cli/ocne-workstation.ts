import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { caOfKubeconfig } from '../domain/cluster/kubeconfig.ts';
import { Problem } from '../domain/error/problem.ts';

/** What the commands that stand in for `ocne` find around them. */
export interface Workstation {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const thisWorkstation: Workstation = { home: homedir(), environment: process.env };

/** Where `ocne` keeps the kubeconfig of a cluster it started. */
export function kubeconfigPath(workstation: Workstation, cluster: string): string {
  return join(workstation.home, '.kube', `kubeconfig.${cluster}`);
}

/**
 * Writes a kubeconfig that must not exist yet.
 *
 * @param mode 0600 unless `ocne`'s own 0644 is asked for: the file holds an administrator's key
 */
export function writeKubeconfig(path: string, text: string, mode: 0o600 | 0o644): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, text, { flag: 'wx', mode });
  } catch (cause) {
    throw new Problem('input-invalid', `${path} cannot be written.`, {
      cause,
      remedy: 'Free the path, or choose another cluster name with --cluster-name.',
    });
  }
}

/**
 * The kubeconfig of the cluster to join: the flag, then what starting the cluster left here, then the places where
 * `ocne` looks.
 */
export function findKubeconfig(
  workstation: Workstation,
  flag: string | undefined,
  cluster: string | undefined,
): string {
  const { environment, home } = workstation;
  if (flag !== undefined) return flag;
  const own = cluster === undefined ? undefined : kubeconfigPath(workstation, cluster);
  if (own !== undefined && existsSync(own)) return own;
  // KUBECONFIG may be a list; ocne's client library takes it apart, and the first file is the one that is written to.
  const [named = ''] = (environment['TEST_KUBECONFIG'] || environment['KUBECONFIG'] || '').split(':');
  return named === '' ? join(home, '.kube', 'config') : named;
}

/** The certificates of the CA that a kubeconfig trusts, PEM. */
export function readCa(kubeconfig: string): string {
  const location = caOfKubeconfig(readText(kubeconfig), kubeconfig);
  return location.kind === 'inline' ? location.pem : readText(resolve(dirname(kubeconfig), location.path));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Problem('input-invalid', `${path} cannot be read.`, {
      cause,
      remedy: 'Name the kubeconfig of the cluster to join with --kubeconfig.',
    });
  }
}
