import type { IgnitionConfig } from './config.ts';

/** The Ignition configuration media type, spec section "Content negotiation" of the Ignition fetcher. */
export const IGNITION_MEDIA_TYPE = 'application/vnd.coreos.ignition+json';

/**
 * One line of JSON and a newline. Top-level keys come in the order `ocne` writes them; the sections that `ocne` always
 * writes are written here too, when the version knows them.
 */
export function serialiseConfig(config: IgnitionConfig): string {
  const { ignition, kernelArguments, passwd, storage, systemd } = config;
  return `${JSON.stringify({ ignition, kernelArguments, passwd: passwd ?? {}, storage: storage ?? {}, systemd: systemd ?? {} })}\n`;
}
