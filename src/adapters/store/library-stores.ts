import { z } from 'zod';
import type { Image } from '../../domain/media/image.ts';
import type { Medium } from '../../domain/media/medium.ts';
import type { ImageStore, MediaStore } from '../../domain/media/store.ts';
import type { Database } from './database.ts';
import { SqliteDocumentStore } from './document-store.ts';

// JSON has no undefined: a key that is missing stands for it.
const missing = z.string().optional() as unknown as z.ZodType<string | undefined>;

const firmware = z.object({
  shim: z.string().optional(),
  grub: z.string().optional(),
  mokManager: z.string().optional(),
});

const mediumSchema = z.looseObject({
  name: z.string(),
  label: z.string(),
  family: missing,
  version: missing,
  variant: missing,
  architecture: z.enum(['x86_64', 'aarch64']),
  isoSize: z.number(),
  sha256: z.string(),
  selfChecked: z.boolean(),
  kernel: z.string(),
  initrd: z.string(),
  stage2: z.string(),
  firmware: z.object({ x86_64: firmware.optional(), aarch64: firmware.optional() }),
  hasPackages: z.boolean(),
  fileCount: z.number(),
  fileBytes: z.number(),
  importedAt: z.number(),
}) as unknown as z.ZodType<Medium>;

const imageSchema = z.looseObject({
  name: z.string(),
  ref: z.string(),
  commit: z.string(),
  version: missing,
  committedAt: z.number(),
  objects: z.number(),
  size: z.number(),
  hasSummary: z.boolean(),
  deltas: z.number(),
  source: z.enum(['repository', 'repository-tar', 'oci-layout', 'oci-archive', 'docker-archive']),
  importedAt: z.number(),
}) as unknown as z.ZodType<Image>;

export function sqliteMediaStore(database: Database): MediaStore {
  return new SqliteDocumentStore<Medium>(database, {
    kind: 'medium',
    schema: mediumSchema,
    exists: 'media-exists',
    notFound: 'media-not-found',
  });
}

export function sqliteImageStore(database: Database): ImageStore {
  return new SqliteDocumentStore<Image>(database, {
    kind: 'image',
    schema: imageSchema,
    exists: 'image-exists',
    notFound: 'image-not-found',
  });
}
