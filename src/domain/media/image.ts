import type { Instant } from '../time/clock.ts';

/** What an image was imported from. */
export type ImageSource = 'repository' | 'repository-tar' | 'oci-layout' | 'oci-archive' | 'docker-archive';

/** An operating system image: an OSTree archive repository with one ref. */
export interface Image {
  readonly name: string;
  readonly ref: string;
  /** SHA-256 of the commit object. */
  readonly commit: string;
  /** `version` in the commit's metadata. */
  readonly version: string | undefined;
  /** When the commit was made. */
  readonly committedAt: Instant;
  /** Objects that the commit needs, all verified. */
  readonly objects: number;
  /** Bytes of everything that is served. */
  readonly size: number;
  readonly hasSummary: boolean;
  /** Static deltas that lead to the commit, with which a pull takes a fraction of the requests. */
  readonly deltas: number;
  readonly source: ImageSource;
  readonly importedAt: Instant;
}
