import { Problem } from '../error/problem.ts';
import type { FirmwareFiles, Medium, MediumArchitecture } from './medium.ts';
import type { TreeInfo } from './treeinfo.ts';

/** What an installer tree is, from the names of its files and what it says about itself. */
export type TreeLayout = Pick<
  Medium,
  'family' | 'version' | 'variant' | 'architecture' | 'kernel' | 'initrd' | 'stage2' | 'firmware'
>;

/** What the tree is read from. */
export interface TreeEvidence {
  readonly label: string;
  /** Paths of all files. */
  readonly files: ReadonlySet<string>;
  readonly treeInfo: TreeInfo | undefined;
  /** Text of `.discinfo`, when there is one. */
  readonly discInfo: string | undefined;
}

/** Where kernels, initrds and stage2 lie in the trees of Oracle Linux 7 to 10 and their relatives. */
const KERNELS = ['images/pxeboot/vmlinuz', 'isolinux/vmlinuz'];
const INITRDS = ['images/pxeboot/initrd.img', 'isolinux/initrd.img'];
const STAGE2 = ['images/install.img', 'LiveOS/squashfs.img'];

const FIRMWARE = {
  x86_64: { shim: 'bootx64.efi', grub: 'grubx64.efi', mokManager: 'mmx64.efi' },
  aarch64: { shim: 'bootaa64.efi', grub: 'grubaa64.efi', mokManager: 'mmaa64.efi' },
} as const satisfies Record<MediumArchitecture, Required<FirmwareFiles>>;

/**
 * Finds what an installation needs in a tree.
 *
 * @throws Problem `media-invalid` naming what is not there
 */
export function findLayout(evidence: TreeEvidence): TreeLayout {
  const { files, treeInfo } = evidence;
  const pick = (what: string, said: string | undefined, usual: readonly string[]): string => {
    const found = [...(said === undefined ? [] : [said]), ...usual].find((path) => files.has(path));
    if (found !== undefined) return found;
    throw new Problem(
      'media-invalid',
      `The ISO ${evidence.label} has no ${what} (looked for ${usual[0] ?? ''}).`,
      {
        remedy: 'Use an Oracle Linux 8 or 9 installer ISO (boot or full).',
      },
    );
  };
  const disc = parseDiscInfo(evidence.discInfo);
  const label = parseLabel(evidence.label);
  const firmware = findFirmware(files);
  return {
    family: treeInfo?.family ?? disc.family ?? label.family,
    version: treeInfo?.version ?? disc.version ?? label.version,
    variant: treeInfo?.variant ?? label.variant,
    architecture: architectureOf([treeInfo?.architecture, disc.architecture, label.architecture], firmware),
    kernel: pick('kernel', treeInfo?.kernel, KERNELS),
    initrd: pick('initrd', treeInfo?.initrd, INITRDS),
    stage2: pick('installer image', treeInfo?.stage2, STAGE2),
    firmware,
  };
}

/** UEFI programs; FAT, where firmware looks for them, knows no case, and neither do makers of ISOs. */
function findFirmware(files: ReadonlySet<string>): TreeLayout['firmware'] {
  const byLower = new Map<string, string>();
  for (const path of files) if (/^efi\/boot\/[^/]+$/i.test(path)) byLower.set(path.toLowerCase(), path);
  const at = (file: string): string | undefined => byLower.get(`efi/boot/${file}`);
  const result: Partial<Record<MediumArchitecture, FirmwareFiles>> = {};
  for (const architecture of ['x86_64', 'aarch64'] as const) {
    const names = FIRMWARE[architecture];
    const shim = at(names.shim);
    const grub = at(names.grub);
    if (shim !== undefined || grub !== undefined)
      result[architecture] = { shim, grub, mokManager: at(names.mokManager) };
  }
  return result;
}

function architectureOf(
  said: readonly (string | undefined)[],
  firmware: TreeLayout['firmware'],
): MediumArchitecture {
  const first = said.find((one) => one !== undefined);
  if (first === 'x86_64' || first === 'aarch64') return first;
  if (first !== undefined)
    throw new Problem('media-invalid', `The ISO is for ${first}; hosts are x86_64 or aarch64.`);
  return firmware.x86_64 === undefined && firmware.aarch64 !== undefined ? 'aarch64' : 'x86_64';
}

interface Said {
  readonly family?: string | undefined;
  readonly version?: string | undefined;
  readonly variant?: string | undefined;
  readonly architecture?: string | undefined;
}

/** `.discinfo`: time, `Oracle Linux 8.10.0` or only the version, architecture, one per line. */
function parseDiscInfo(text: string | undefined): Said {
  const [, release, architecture] = (text ?? '').split(/\r?\n/).map((line) => line.trim());
  const match = /^(.*?)\s*([0-9]+(?:\.[0-9]+)*)$/.exec((release ?? '').slice(0, 200));
  return {
    family: match?.[1] === '' ? undefined : match?.[1],
    version: match?.[2],
    architecture: /^\w{1,20}$/.test(architecture ?? '') ? architecture : undefined,
  };
}

/** Oracle's labels: `OL-8-10-0-BaseOS-x86_64`. */
function parseLabel(label: string): Said {
  const match = /^OL-([0-9]+)-([0-9]+)(?:-[0-9]+)?-([A-Za-z]+)-(x86_64|aarch64)$/.exec(label);
  if (match === null) return {};
  const [, major, minor, variant, architecture] = match;
  return { family: 'Oracle Linux', version: `${major ?? ''}.${minor ?? ''}`, variant, architecture };
}
