import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Problem } from '../../domain/error/problem.ts';
import { COMPILED_DEFAULTS, overlay } from './layers.ts';
import { loadExtraIgnition } from './extra-ignition.ts';
import { localFiles } from './files.ts';
import { readClusterFile, readDefaultsFile } from './read.ts';
import { resolveCluster } from './resolve.ts';
import type { ClusterConfig } from '../../domain/cluster/config.ts';
import type { IgnitionConfig } from '../../protocol/ignition/config.ts';
import type { Files } from './files.ts';
import type { OcneSettings } from './schema.ts';

export interface LoadRequest {
  /** Path of the cluster file; without one the defaults and flags have to say everything. */
  readonly clusterFile?: string;
  readonly flags?: OcneSettings;
  readonly networkInterface: 'required' | 'per-host';
  readonly strict?: boolean;
  /** `OCNE_DEFAULTS` is looked up here. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  readonly files?: Files;
}

export interface LoadedCluster {
  readonly cluster: ClusterConfig;
  readonly extra: readonly IgnitionConfig[];
  readonly warnings: readonly string[];
}

/**
 * Compiled-in defaults, then `~/.ocne/defaults.yaml` (or `OCNE_DEFAULTS`), then the cluster file, then flags.
 *
 * @throws Problem `config-invalid` with file, line, key and what is allowed, or `cluster-invalid`
 */
export function loadCluster(request: LoadRequest): LoadedCluster {
  const files = request.files ?? localFiles;
  const home = request.home ?? homedir();
  const strict = request.strict ?? false;
  const defaults = readDefaults(request, files, home);
  const file = request.clusterFile === undefined ? undefined : readCluster(request.clusterFile, files);
  const settings = [defaults, file?.settings ?? {}, request.flags ?? {}].reduce(overlay, COMPILED_DEFAULTS);

  const key = readPublicKey(settings, files, home, strict);
  const cluster = resolveCluster(
    { ...settings, extraIgnition: absolute(settings, request.clusterFile) },
    {
      networkInterface: request.networkInterface,
      strict,
      ...(key === undefined ? {} : { sshPublicKeyFromFile: key }),
    },
  );
  const extra = loadExtraIgnition(cluster, files, strict);
  const ignored = strict
    ? []
    : (file?.ignored ?? []).map((where) => `${where} is not a known key and is ignored`);
  return { cluster, extra: extra.configs, warnings: [...ignored, ...extra.warnings] };
}

function readDefaults(request: LoadRequest, files: Files, home: string): OcneSettings {
  const named = request.environment?.['OCNE_DEFAULTS'];
  const path = named === undefined || named === '' ? join(home, '.ocne', 'defaults.yaml') : named;
  const text = files.read(path);
  return text === undefined ? {} : readDefaultsFile(text, path);
}

function readCluster(path: string, files: Files): ReturnType<typeof readClusterFile> {
  const text = files.read(path);
  if (text === undefined)
    throw new Problem(
      'config-invalid',
      `could not parse config file ${path}: there is no such file, or it is larger than 4 MiB`,
    );
  return readClusterFile(text, path);
}

/** Relative names are relative to `directory`, which is the folder of the cluster file unless it says otherwise. */
function absolute(settings: OcneSettings, clusterFile: string | undefined): string {
  const path = settings.extraIgnition ?? '';
  if (path === '' || isAbsolute(path)) return path;
  const folder = clusterFile === undefined ? '.' : dirname(clusterFile);
  return resolve(settings.directory ?? folder, path);
}

function readPublicKey(
  settings: OcneSettings,
  files: Files,
  home: string,
  strict: boolean,
): string | undefined {
  if (settings.sshPublicKey !== undefined) return undefined;
  const named = settings.sshPublicKeyPath;
  const path = named?.startsWith('~/')
    ? join(home, named.slice(2))
    : (named ?? join(home, '.ssh', 'id_rsa.pub'));
  const text = files.read(path);
  if (text === undefined && named !== undefined)
    throw new Problem('cluster-invalid', `sshPublicKeyPath: the file ${named} cannot be read`);
  // ocne keeps the line break at the end of the file.
  return strict ? text : text?.trim();
}
