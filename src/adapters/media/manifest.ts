import { z } from 'zod';
import type { Image } from '../../domain/media/image.ts';
import type { Medium } from '../../domain/media/medium.ts';
import { isName } from '../../domain/media/name.ts';

/** The file in each directory of a library that says what the directory is. */
export const MEDIUM_MANIFEST = 'medium.json';
export const IMAGE_MANIFEST = 'image.json';

const treePath = z
  .string()
  .max(4096)
  .refine((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const architecture = z.enum(['x86_64', 'aarch64']);
const firmware = z.object({
  shim: treePath.optional(),
  grub: treePath.optional(),
  mokManager: treePath.optional(),
});

const medium = z.object({
  name: z.string().refine(isName),
  label: z.string(),
  family: z.string().optional(),
  version: z.string().optional(),
  variant: z.string().optional(),
  architecture,
  isoSize: count,
  sha256,
  selfChecked: z.boolean(),
  kernel: treePath,
  initrd: treePath,
  stage2: treePath,
  firmware: z.partialRecord(architecture, firmware),
  hasPackages: z.boolean(),
  fileCount: count,
  fileBytes: count,
  importedAt: z.number(),
});

const image = z.object({
  name: z.string().refine(isName),
  ref: z.string(),
  commit: sha256,
  version: z.string().optional(),
  committedAt: z.number(),
  objects: count,
  size: count,
  hasSummary: z.boolean(),
  deltas: count,
  source: z.enum(['repository', 'repository-tar', 'oci-layout', 'oci-archive', 'docker-archive']),
  importedAt: z.number(),
});

/** A served file of a medium; `stored` is where it lies when that is another path (a symbolic link in the ISO). */
const mediumFile = z.object({ path: treePath, size: count, sha256, stored: treePath.optional() });

export type MediumFile = z.infer<typeof mediumFile>;

const mediumManifest = z.object({ format: z.literal(1), medium, files: z.array(mediumFile) });
const imageManifest = z.object({ format: z.literal(1), image });

export interface MediumManifest {
  readonly medium: Medium;
  readonly files: readonly MediumFile[];
}

export function formatMediumManifest(manifest: MediumManifest): string {
  return `${JSON.stringify({ format: 1, ...manifest })}\n`;
}

/** @throws when the text is not a manifest of this format */
export function parseMediumManifest(text: string): MediumManifest {
  const { medium: found, files } = mediumManifest.parse(JSON.parse(text));
  const { family, version, variant } = found;
  return { medium: { ...found, family, version, variant }, files };
}

export function formatImageManifest(record: Image): string {
  return `${JSON.stringify({ format: 1, image: record })}\n`;
}

/** @throws when the text is not a manifest of this format */
export function parseImageManifest(text: string): Image {
  const found = imageManifest.parse(JSON.parse(text)).image;
  return { ...found, version: found.version };
}
