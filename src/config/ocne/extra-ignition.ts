import { parseForeign } from '../../protocol/ignition/foreign.ts';
import { mergeConfigs } from '../../protocol/ignition/merge.ts';
import { configOf } from '../../protocol/ignition/config.ts';
import { Problem } from '../../domain/error/problem.ts';
import type { IgnitionConfig } from '../../protocol/ignition/config.ts';
import type { ClusterConfig } from '../../domain/cluster/config.ts';
import type { Files } from './files.ts';

export interface ExtraIgnition {
  /** In the order in which they are merged over the node's own configuration. */
  readonly configs: readonly IgnitionConfig[];
  /** What looked odd but is used, and files of a folder that are no configurations. */
  readonly warnings: readonly string[];
}

/**
 * Reads `extraIgnition` (a file, or a folder of which every file that parses is taken) and `extraIgnitionInline`.
 *
 * @param strict treats warnings as errors and passes over bad files of a folder in silence, as `ocne` does
 * @throws Problem `cluster-invalid` with `ocne`'s words, the file and the line
 */
export function loadExtraIgnition(
  cluster: Pick<ClusterConfig, 'extraIgnition' | 'extraIgnitionInline'>,
  files: Files,
  strict: boolean,
): ExtraIgnition {
  const configs: IgnitionConfig[] = [];
  const warnings: string[] = [];
  const { extraIgnition, extraIgnitionInline } = cluster;
  if (extraIgnition !== '') {
    const members = files.list(extraIgnition);
    if (members === undefined) {
      const text = files.read(extraIgnition);
      if (text === undefined)
        throw refuse(`${extraIgnition}: there is no such file or folder, or it is larger than 4 MiB`);
      configs.push(accept(text, extraIgnition, strict, warnings));
    } else {
      const folder = members.map((member) => tryMember(files.read(member), member, strict, warnings));
      configs.push(folder.filter((config) => config !== undefined).reduce(mergeConfigs, configOf({})));
    }
  }
  if (extraIgnitionInline !== '')
    configs.push(accept(extraIgnitionInline, 'extraIgnitionInline', strict, warnings));
  return { configs, warnings };
}

function tryMember(
  text: string | undefined,
  name: string,
  strict: boolean,
  warnings: string[],
): IgnitionConfig | undefined {
  try {
    return text === undefined ? undefined : accept(text, name, strict, warnings);
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    if (!strict) warnings.push(`${name} is left out: ${thrown.message}`);
    return undefined;
  }
}

function accept(text: string, name: string, strict: boolean, warnings: string[]): IgnitionConfig {
  const parsed = parseForeign(text);
  if (!parsed.ok) throw refuse(`${name}: ${parsed.error}`);
  const notes = parsed.warnings.map((warning) => `${name}: ${warning}`);
  if (strict && notes[0] !== undefined) throw refuse(notes.join('; '));
  warnings.push(...notes);
  return parsed.config;
}

function refuse(message: string): Problem {
  return new Problem('cluster-invalid', `could not parse extra ignition: ${message}`);
}
