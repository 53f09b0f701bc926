import type { SecretStore } from '../../src/domain/access/secret-store.ts';

/** Secrets in memory. */
export class MemorySecretStore implements SecretStore {
  readonly #secrets = new Map<string, Uint8Array>();

  put(name: string, value: Uint8Array): Promise<void> {
    this.#secrets.set(name, Uint8Array.from(value));
    return Promise.resolve();
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#secrets.get(name));
  }

  remove(name: string): Promise<boolean> {
    return Promise.resolve(this.#secrets.delete(name));
  }

  names(prefix: string): Promise<readonly string[]> {
    return Promise.resolve([...this.#secrets.keys()].filter((name) => name.startsWith(prefix)).sort());
  }
}
