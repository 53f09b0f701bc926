import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ImageSource } from '../../domain/media/image.ts';
import type { Blob, BlobSource } from './blob-source.ts';
import { packingOf, unpack } from './decompress.ts';
import type { Effort } from './effort.ts';
import { invalid } from './failure.ts';
import type { Subject } from './failure.ts';

/** A container image on the disk, its digests verified, layers in order from the lowest. */
export interface ContainerImage {
  readonly source: ImageSource;
  readonly layers: readonly (() => AsyncIterable<Buffer>)[];
}

const MOST_JSON = 4 * 1024 * 1024;
const MOST_LAYERS = 1024;
const MOST_INDEX_DEPTH = 3;

const descriptor = z.object({
  mediaType: z.string().optional(),
  digest: z.string(),
  size: z.number().int().nonnegative(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
});
type Descriptor = z.infer<typeof descriptor>;

const ociIndex = z.object({ manifests: z.array(descriptor).min(1).max(1000) });
const ociManifest = z.object({ config: descriptor, layers: z.array(descriptor).max(MOST_LAYERS) });
const dockerManifest = z
  .array(z.object({ Config: z.string(), Layers: z.array(z.string()).max(MOST_LAYERS) }))
  .min(1);
const dockerConfig = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/** Opens what is there: an OCI layout, else what `docker save` and `podman save` write. `undefined` for neither. */
export async function openContainerImage(
  blobs: BlobSource,
  subject: Subject,
  effort: Effort,
): Promise<ContainerImage | undefined> {
  const archive = new Archive(blobs, subject, effort);
  // `docker save` of today writes both; the OCI side has a digest for everything.
  if (blobs.get('oci-layout') !== undefined && blobs.get('index.json') !== undefined) return archive.oci();
  if (blobs.get('manifest.json') !== undefined) return archive.docker();
  return undefined;
}

class Archive {
  readonly #blobs: BlobSource;
  readonly #subject: Subject;
  readonly #effort: Effort;

  constructor(blobs: BlobSource, subject: Subject, effort: Effort) {
    this.#blobs = blobs;
    this.#subject = subject;
    this.#effort = effort;
  }

  oci(): ContainerImage {
    const manifest = this.#manifestOf(this.#named('index.json'), 0);
    this.#verified(manifest.config);
    return {
      source: this.#blobs.kind === 'tar' ? 'oci-archive' : 'oci-layout',
      layers: manifest.layers.map((layer) => this.#opener(this.#verified(layer), layer.digest)),
    };
  }

  async docker(): Promise<ContainerImage> {
    const images = this.#json(dockerManifest, this.#named('manifest.json'), 'manifest.json');
    const [image, ...others] = images;
    if (image === undefined || others.length > 0)
      throw invalid(this.#subject, `It holds ${images.length} images.`, 'Save one image alone.');
    const configBlob = this.#named(image.Config);
    const digest = /([0-9a-f]{64})(\.json)?$/.exec(image.Config)?.[1];
    if (digest !== undefined && configBlob.sha256(this.#effort) !== digest) throw this.#damaged(image.Config);
    const ids = this.#json(dockerConfig, configBlob, image.Config).rootfs.diff_ids;
    if (ids.length !== image.Layers.length) throw this.#damaged(image.Config);
    const layers = [];
    for (const [index, path] of image.Layers.entries()) {
      const open = this.#opener(this.#named(path), path);
      const hash = createHash('sha256');
      for await (const piece of open()) {
        this.#effort.check();
        hash.update(piece);
      }
      if (`sha256:${hash.digest('hex')}` !== ids[index]) throw this.#damaged(path);
      layers.push(open);
    }
    return { source: 'docker-archive', layers };
  }

  /** Follows an index, which may hold further ones, to its only image. */
  #manifestOf(blob: Blob, depth: number): z.infer<typeof ociManifest> {
    const { manifests } = this.#json(ociIndex, blob, 'index.json');
    // Attestations that build tools add have no platform of their own.
    const images = manifests.filter((one) => one.platform?.architecture !== 'unknown');
    const [image, ...others] = images;
    if (image === undefined || others.length > 0) {
      const platforms = images.map((one) => one.platform?.architecture ?? '?').join(', ');
      throw invalid(
        this.#subject,
        `It holds ${images.length} images (${platforms}).`,
        'Save one image alone, for one architecture.',
      );
    }
    const next = this.#verified(image);
    if (!/index|manifest\.list/.test(image.mediaType ?? ''))
      return this.#json(ociManifest, next, image.digest);
    if (depth >= MOST_INDEX_DEPTH) throw invalid(this.#subject, 'Its indexes are nested too deep.');
    return this.#manifestOf(next, depth + 1);
  }

  #opener(blob: Blob, name: string): () => AsyncIterable<Buffer> {
    const packing = packingOf(blob.start(8));
    if (packing === 'unknown')
      throw invalid(this.#subject, `The layer ${name} is packed in a way that is neither gzip nor zstd.`);
    return () => unpack(blob.pieces(), packing);
  }

  #verified({ digest, size }: Descriptor): Blob {
    const sha256 = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (sha256 === undefined)
      throw invalid(this.#subject, `It uses the digest ${JSON.stringify(digest.slice(0, 100))}.`);
    const blob = this.#named(`blobs/sha256/${sha256}`);
    if (blob.size !== size || blob.sha256(this.#effort) !== sha256) throw this.#damaged(digest);
    return blob;
  }

  #named(path: string): Blob {
    // For a directory the path becomes part of a file name.
    const isPlain = path.split('/').every((part) => part !== '' && part !== '..' && part !== '.');
    const blob = isPlain && !path.includes('\0') ? this.#blobs.get(path) : undefined;
    if (blob === undefined) throw invalid(this.#subject, `${path.slice(0, 200)} is missing in it.`);
    return blob;
  }

  #json<T>(schema: z.ZodType<T>, blob: Blob, name: string): T {
    if (blob.size <= MOST_JSON) {
      try {
        return schema.parse(JSON.parse(blob.start(MOST_JSON).toString('utf8')));
      } catch {
        // Said below.
      }
    }
    throw invalid(this.#subject, `${name} in it is not what it should be.`);
  }

  #damaged(name: string): Error {
    return invalid(this.#subject, `${name} does not match its digest.`, 'Copy or save the image again.');
  }
}
