import type { ApiConnection } from './connection.ts';
import { ApiFailure } from './failure.ts';
import { field, items, text } from './object.ts';
import type { KubernetesObject } from './object.ts';

interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

type Identity = Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>;

/** Finds the paths of objects from what one API server says it serves; asks once per group and version. */
export class Discovery {
  readonly #connection: Pick<ApiConnection, 'json'>;
  readonly #groups = new Map<string, Promise<ReadonlyMap<string, Served>>>();

  constructor(connection: Pick<ApiConnection, 'json'>) {
    this.#connection = connection;
  }

  /** @throws ApiFailure when the kind is not served, or nothing answers */
  async pathOf(object: Identity): Promise<string> {
    const { apiVersion, kind, metadata } = object;
    const served = (await this.#group(apiVersion)).get(kind);
    if (served === undefined) throw new ApiFailure('malformed', `does not serve ${kind} of ${apiVersion}`);
    const scope = served.namespaced
      ? `/namespaces/${encodeURIComponent(metadata.namespace ?? 'default')}`
      : '';
    return `${rootOf(apiVersion)}${scope}/${served.plural}/${encodeURIComponent(metadata.name)}`;
  }

  async #group(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const known = this.#groups.get(apiVersion);
    if (known !== undefined) return known;
    const asked = this.#ask(apiVersion);
    this.#groups.set(apiVersion, asked);
    // A custom resource may be served a moment later, and a silent server may answer then.
    asked.catch(() => this.#groups.delete(apiVersion));
    return asked;
  }

  async #ask(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const list = await this.#connection.json({ method: 'GET', path: rootOf(apiVersion) });
    const found = new Map<string, Served>();
    for (const resource of items(list, 'resources')) {
      const plural = text(resource, 'name') ?? '';
      // `pods/eviction` and its like are verbs of another resource.
      if (plural !== '' && !plural.includes('/'))
        found.set(text(resource, 'kind') ?? '', {
          plural,
          namespaced: field(resource, 'namespaced') === true,
        });
    }
    return found;
  }
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
