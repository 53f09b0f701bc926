/** What a repository's `config` file says, as far as serving it matters. */
export interface RepositoryConfig {
  /** `archive`, its old spelling `archive-z2`, `bare`, `bare-user`, … */
  readonly mode: string;
  readonly version: string;
  readonly collectionId: string | undefined;
}

/** Reads the `[core]` group of a key file. `undefined` when it is not a repository's. */
export function parseRepositoryConfig(text: string): RepositoryConfig | undefined {
  const core = new Map<string, string>();
  let group = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]*)\]\s*$/.exec(line);
    if (header !== null) group = header[1] ?? '';
    const pair = /^\s*([A-Za-z0-9_-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (group === 'core' && pair !== null) core.set(pair[1] ?? '', pair[2] ?? '');
  }
  const version = core.get('repo_version');
  if (version === undefined) return undefined;
  const collectionId = core.get('collection-id');
  return {
    // libostree's default when the key is missing.
    mode: core.get('mode') ?? 'bare',
    version,
    collectionId:
      collectionId !== undefined && /^[A-Za-z0-9_.-]{1,255}$/.test(collectionId) ? collectionId : undefined,
  };
}

export function isArchive(config: RepositoryConfig): boolean {
  return config.version === '1' && (config.mode === 'archive' || config.mode === 'archive-z2');
}

/**
 * The `config` to serve: the original may name remotes and carry credentials. `archive-z2` is the spelling that every
 * release of libostree understands.
 */
export function servedConfig(config: RepositoryConfig): string {
  const collection = config.collectionId === undefined ? '' : `collection-id=${config.collectionId}\n`;
  return `[core]\nrepo_version=1\nmode=archive-z2\n${collection}`;
}
