/** What the `.treeinfo` of an installable tree says, as far as installing needs it. */
export interface TreeInfo {
  readonly family: string | undefined;
  readonly version: string | undefined;
  readonly variant: string | undefined;
  readonly architecture: string | undefined;
  readonly kernel: string | undefined;
  readonly initrd: string | undefined;
  /** `[stage2] mainimage` */
  readonly stage2: string | undefined;
  /** SHA-256 by path, from `[checksums]`; other algorithms are left out. */
  readonly checksums: ReadonlyMap<string, string>;
}

type Groups = ReadonlyMap<string, ReadonlyMap<string, string>>;

const MOST_LINES = 20_000;

/** Parses a `.treeinfo`, which is a Python configparser file. Unknown groups and broken lines are skipped. */
export function parseTreeInfo(text: string): TreeInfo {
  const groups = parseGroups(text);
  const get = (group: string, key: string): string | undefined => groups.get(group)?.get(key);
  const architecture = get('tree', 'arch') ?? get('general', 'arch');
  const images = `images-${architecture ?? ''}`;
  const checksums = new Map<string, string>();
  for (const [path, value] of groups.get('checksums') ?? []) {
    const sum = /^sha256:([0-9a-f]{64})$/i.exec(value)?.[1];
    if (sum !== undefined) checksums.set(path, sum.toLowerCase());
  }
  return {
    family: get('release', 'name') ?? get('general', 'family'),
    version: get('release', 'version') ?? get('general', 'version'),
    variant: get('general', 'variant') ?? get('tree', 'variants')?.split(',')[0]?.trim(),
    architecture,
    kernel: get(images, 'kernel'),
    initrd: get(images, 'initrd'),
    stage2: get('stage2', 'mainimage'),
    checksums,
  };
}

function parseGroups(text: string): Groups {
  const groups = new Map<string, Map<string, string>>();
  let group = new Map<string, string>();
  for (const line of text.split(/\r?\n/, MOST_LINES)) {
    const name = /^\[([^\]]{1,200})\]\s*$/.exec(line)?.[1];
    if (name !== undefined) {
      group = groups.get(name) ?? new Map<string, string>();
      groups.set(name, group);
      continue;
    }
    if (/^\s*[#;]/.test(line)) continue;
    const split = line.search(/[=:]/);
    if (split > 0) {
      const value = line.slice(split + 1).trim();
      if (value !== '') group.set(line.slice(0, split).trim(), value);
    }
  }
  return groups;
}

/** The least a `.treeinfo` must hold. */
export interface TreeFacts {
  readonly family: string | undefined;
  readonly version: string | undefined;
  readonly architecture: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly stage2: string;
}

/**
 * Writes a `.treeinfo` for a tree that lacks one: boot-only ISOs do, and Anaconda accepts `inst.repo` and `inst.stage2`
 * over HTTP only from a tree that has it.
 */
export function formatTreeInfo(facts: TreeFacts): string {
  const { architecture } = facts;
  return [
    '[general]',
    `arch = ${architecture}`,
    `family = ${facts.family ?? 'Unknown'}`,
    `version = ${facts.version ?? '0'}`,
    `platforms = ${architecture}`,
    '',
    `[images-${architecture}]`,
    `kernel = ${facts.kernel}`,
    `initrd = ${facts.initrd}`,
    '',
    '[stage2]',
    `mainimage = ${facts.stage2}`,
    '',
  ].join('\n');
}
