import { HIGHEST_SPEC, SPEC_VERSIONS, atLeast, isSpecVersion, requirements, toVersion } from './version.ts';
import { IGNITION_MEDIA_TYPE } from './serialise.ts';
import type { IgnitionConfig } from './config.ts';
import type { Requirement, SpecVersion } from './version.ts';

export type Negotiation =
  | {
      readonly ok: true;
      readonly config: IgnitionConfig;
      readonly version: SpecVersion;
      readonly contentType: string;
    }
  | {
      readonly ok: false;
      /** The highest spec that the client said it reads, or undefined when it is older than 3.0.0. */
      readonly accepted: SpecVersion | undefined;
      readonly because: readonly Requirement[];
    };

/**
 * The highest spec the client accepts, from a header such as
 * `application/vnd.coreos.ignition+json;version=3.4.0, *\/*;q=0.1`. A client that names no Ignition version, such as
 * curl in the hand of an operator, gets the highest; one that reads a newer spec than ours reads ours too.
 *
 * @returns undefined when the client only reads specs before 3.0.0
 */
export function acceptedSpec(accept: string | undefined): SpecVersion | undefined {
  const versions = (accept ?? '')
    .slice(0, 4096)
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part.startsWith(IGNITION_MEDIA_TYPE) && !/;\s*q=0(\.0*)?\s*(;|$)/.test(part))
    .map((part) => /;\s*version="?(\d{1,3}\.\d{1,3}\.\d{1,3})/.exec(part)?.[1])
    .filter((version) => version !== undefined);
  if (versions.length === 0) return HIGHEST_SPEC;
  const readable = versions.map(highestNotAbove).filter((version) => version !== undefined);
  return SPEC_VERSIONS.find((version) => readable.includes(version));
}

/**
 * Renders the configuration for a client: as it is when the client reads its version, otherwise under the highest
 * version the client does read, or the reasons why that version cannot express it.
 */
export function negotiate(config: IgnitionConfig, accept: string | undefined): Negotiation {
  const accepted = acceptedSpec(accept);
  if (accepted === undefined)
    return { ok: false, accepted, because: [{ since: '3.0.0', what: 'any of it' }] };
  const own = isSpecVersion(config.ignition.version) ? config.ignition.version : HIGHEST_SPEC;
  const version = atLeast(accepted, own) ? own : accepted;
  const result = toVersion(config, version);
  if (!result.ok)
    return {
      ok: false,
      accepted,
      because: requirements(config).filter((need) => !atLeast(accepted, need.since)),
    };
  return {
    ok: true,
    config: result.config,
    version,
    contentType: `${IGNITION_MEDIA_TYPE};version=${version}`,
  };
}

function highestNotAbove(version: string): SpecVersion | undefined {
  const asked = order(version);
  return SPEC_VERSIONS.find((known) => order(known) <= asked);
}

function order(version: string): number {
  return version.split('.').reduce((total, part) => total * 1000 + Number(part), 0);
}
