/** An object as it is handed to server-side apply: only the fields that the appliance wants to own. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Something that a cluster needs before it is of use, made of objects that are applied in order. */
export interface Addon {
  /** Stable, for programs and events: `core-dns`. */
  readonly name: string;
  /** For people: `CoreDNS`. */
  readonly title: string;
  readonly manifests: readonly Manifest[];
}

/** Which object: enough to read it back. */
export type ManifestReference = Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>;

/** `DaemonSet kube-system/kube-proxy`, for messages. */
export function nameOf({ kind, metadata }: ManifestReference): string {
  return `${kind} ${metadata.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata.name}`;
}
