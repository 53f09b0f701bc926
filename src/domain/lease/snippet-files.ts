import { clientSystem } from '../boot/architecture.ts';
import { firstStageFile } from '../boot/first-stage.ts';

/** What a foreign server must name for an option 93 type. */
export interface FirstStageByType {
  readonly type: number;
  readonly file: string;
  readonly http: boolean;
}

const TYPES: readonly number[] = [0, 6, 7, 9, 11, 15, 16, 19];

/** The first stage of every architecture, from the same tables that the boot plan uses. */
export const FIRST_STAGES: readonly FirstStageByType[] = TYPES.flatMap((type) => {
  const system = clientSystem([type]);
  const file = system === undefined ? undefined : firstStageFile(system.architecture, undefined);
  return system === undefined || file === undefined
    ? []
    : [{ type, file, http: system.transport === 'http' }];
});
