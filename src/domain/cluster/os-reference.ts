/** Where nodes fetch operating system updates: an OSTree transport and an image without a tag. */
export interface OsReference {
  /** As `ocne-update.sh` wants it: followed by a colon, or ending in `://`. */
  readonly transport: string;
  readonly image: string;
}

const IMAGE_TRANSPORT = '(?:registry:|docker://|containers-storage:|docker-archive:|oci:|oci-archive:)';

/** The transports of ostree-rs-ext that `ocne` takes; a registry one names a signature remote when it has one. */
const REFERENCE = new RegExp(
  `^(ostree-unverified-registry:|ostree-remote-registry:[\\w-]+:|(?:ostree-unverified-image|ostree-image-signed|ostree-remote-image:[\\w-]+):${IMAGE_TRANSPORT})(.+)$`,
);

const IMAGE = /^[\w.-]+(:\d{1,5})?(\/[\w.-]+)*$/;
const TAGGED = /^([\w.-]+(?::\d{1,5}\/[\w./-]+|[\w./-]*))[:@][\w.:-]+$/;

/**
 * Splits `<transport>:<image>`; a bare image gets the unverified registry transport.
 *
 * @returns the reference, or in `ocne`'s words what is wrong with it
 */
export function parseOsRegistry(text: string): OsReference | string {
  const [, transport = 'ostree-unverified-registry:', rest] = REFERENCE.exec(text) ?? [];
  const image = rest ?? text;
  const lastPart = image.slice(image.lastIndexOf('/') + 1);
  if (TAGGED.test(image) && /[:@]/.test(lastPart)) return 'osRegistry field cannot have a tag';
  if (!IMAGE.test(image)) return `${text} is not a valid ostree image reference`;
  return { transport: transport.endsWith('//') ? transport : transport.slice(0, -1), image };
}
