import { parseDocument } from 'yaml';
import { mergeConfigs } from '../../protocol/ignition/merge.ts';
import { serialiseConfig } from '../../protocol/ignition/serialise.ts';
import type { Files } from './files.ts';
import { loadCluster } from './load.ts';

export interface InlineRequest {
  /** The cluster file's path; names in it are relative to its folder. */
  readonly file: string;
  readonly text: string;
  readonly home: string;
  readonly files: Files;
}

export interface InlinedCluster {
  /** A cluster file that names no other file. */
  readonly text: string;
  readonly warnings: readonly string[];
}

/**
 * Takes into a cluster file what it refers to on this machine, the public key and `extraIgnition`, so that it can be read
 * elsewhere. A file that refers to nothing stays as it is, comments and all.
 *
 * @throws Problem `config-invalid` or `cluster-invalid` naming the file here and the line in it
 */
export function inlineCluster({ file, text, home, files }: InlineRequest): InlinedCluster {
  const { cluster, extra, warnings } = loadCluster({
    clusterFile: file,
    networkInterface: 'per-host',
    // Defaults of this workstation are no part of the cluster: another one would make another cluster of the same file.
    environment: { OCNE_DEFAULTS: NO_DEFAULTS },
    home,
    files: {
      read: (path) => (path === file ? text : path === NO_DEFAULTS ? undefined : files.read(path)),
      list: (path) => files.list(path),
    },
  });
  const document = parseDocument(text);
  const keyInFile = document.get('sshPublicKey');
  const inlinesKey = cluster.sshPublicKey !== '' && cluster.sshPublicKey !== keyInFile;
  if (!inlinesKey && cluster.extraIgnition === '') return { text, warnings: [] };
  if (inlinesKey) document.set('sshPublicKey', cluster.sshPublicKey);
  document.delete('sshPublicKeyPath');
  if (cluster.extraIgnition !== '') {
    document.delete('extraIgnition');
    document.set('extraIgnitionInline', serialiseConfig(extra.reduce(mergeConfigs)).trim());
  }
  document.delete('directory');
  // The appliance warns of what is left in the file; what was taken in from others is told here.
  return {
    text: document.toString({ lineWidth: 0 }),
    warnings: warnings.filter((one) => !one.startsWith(`${file}:`)),
  };
}

const NO_DEFAULTS = '/nonexistent/defaults.yaml';
