/** Small secrets at rest, such as the keys of a cluster's CA: encrypted, readable with the appliance's master key only. */
export interface SecretStore {
  /** Keeps `value` under a name such as `cluster/rack1/ca.key`, replacing what was there; durable when it resolves. */
  put(name: string, value: Uint8Array): Promise<void>;
  /** Rejects with the Problem `storage-damaged` when what is kept cannot be opened or was moved from another name. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** False when there was none. */
  remove(name: string): Promise<boolean>;
  /** Names that start with a prefix, sorted. */
  names(prefix: string): Promise<readonly string[]>;
}
