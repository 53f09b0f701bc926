import type { IgnitionConfig } from './config.ts';

/** The specs this model speaks, highest first. 3.5.0 needs Ignition 2.20; OCK ships 2.16.2, so it is never sent. */
export const SPEC_VERSIONS = ['3.4.0', '3.3.0', '3.2.0', '3.1.0', '3.0.0'] as const;

export type SpecVersion = (typeof SPEC_VERSIONS)[number];

export const HIGHEST_SPEC: SpecVersion = '3.4.0';

/** Why a configuration needs at least a certain spec. */
export interface Requirement {
  readonly since: SpecVersion;
  /** The key, as a person would name it. */
  readonly what: string;
}

export type Downgrade =
  | { readonly ok: true; readonly config: IgnitionConfig }
  | { readonly ok: false; readonly because: readonly Requirement[] };

export function isSpecVersion(text: string): text is SpecVersion {
  return (SPEC_VERSIONS as readonly string[]).includes(text);
}

/** Whether `version` is `since` or later. */
export function atLeast(version: SpecVersion, since: SpecVersion): boolean {
  return SPEC_VERSIONS.indexOf(version) <= SPEC_VERSIONS.indexOf(since);
}

/** The same configuration under another spec version, or what in it that version cannot say. */
export function toVersion(config: IgnitionConfig, version: SpecVersion): Downgrade {
  const because = requirements(config).filter((requirement) => !atLeast(version, requirement.since));
  if (because.length > 0) return { ok: false, because };
  return { ok: true, config: { ...config, ignition: { ...config.ignition, version } } };
}

/**
 * Everything in the configuration that did not exist in spec 3.0.0.
 * Sources: Ignition's docs/migrating-configs and its config/v3_x/translate packages.
 */
export function requirements(config: IgnitionConfig): Requirement[] {
  const found: Requirement[] = [];
  const need = (since: SpecVersion, what: string, used: unknown): void => {
    if (isUsed(used)) found.push({ since, what });
  };
  need('3.1.0', 'ignition.proxy', config.ignition.proxy);
  need('3.3.0', 'kernelArguments', config.kernelArguments);

  const fetched = [
    ...(config.ignition.config?.merge ?? []),
    config.ignition.config?.replace,
    ...(config.ignition.security?.tls?.certificateAuthorities ?? []),
  ];
  for (const resource of fetched)
    need('3.1.0', 'compression of a fetched config or authority', resource?.compression);

  const storage = config.storage ?? {};
  const contents = (storage.files ?? []).flatMap((file) => [file.contents, ...(file.append ?? [])]);
  for (const resource of [...fetched, ...contents]) {
    need('3.1.0', 'httpHeaders', resource?.httpHeaders);
    need('3.1.0', 'a sha256 verification', resource?.verification?.hash?.startsWith('sha256-'));
    need('3.2.0', 'a gs: source', resource?.source?.startsWith('gs:'));
    need('3.4.0', 'an arn: source', resource?.source?.startsWith('arn:'));
  }
  for (const node of [...(storage.files ?? []), ...(storage.directories ?? [])])
    need('3.4.0', `the special mode bits of ${node.path}`, (node.mode ?? 0) > 0o777);
  for (const filesystem of storage.filesystems ?? []) {
    need('3.1.0', `mountOptions of ${filesystem.device}`, filesystem.mountOptions);
    need('3.3.0', `format none of ${filesystem.device}`, filesystem.format === 'none');
  }
  for (const disk of storage.disks ?? [])
    for (const partition of disk.partitions ?? [])
      need('3.2.0', `resize of a partition of ${disk.device}`, partition.resize);
  need('3.2.0', 'storage.luks', storage.luks);
  for (const luks of storage.luks ?? []) {
    need('3.4.0', `discard of ${luks.name}`, luks.discard);
    need('3.4.0', `openOptions of ${luks.name}`, luks.openOptions);
    need(
      '3.4.0',
      `a Tang advertisement of ${luks.name}`,
      luks.clevis?.tang?.some((tang) => isUsed(tang.advertisement)),
    );
  }
  for (const account of [...(config.passwd?.users ?? []), ...(config.passwd?.groups ?? [])])
    need('3.2.0', `shouldExist of ${account.name}`, account.shouldExist !== undefined);
  return found;
}

function isUsed(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.values(value).some(isUsed);
  return value !== undefined && value !== false && value !== '';
}
