import type { AddonApplier, ApplyOutcome } from '../../../src/domain/cluster/addons/applier.ts';
import { nameOf } from '../../../src/domain/cluster/addons/manifest.ts';
import type { Manifest, ManifestReference } from '../../../src/domain/cluster/addons/manifest.ts';
import { Problem } from '../../../src/domain/error/problem.ts';
import type { ProblemCode } from '../../../src/domain/error/catalogue.ts';

/** A cluster that keeps what is applied, and fails as often as it is told. */
export class MemoryAddonApplier implements AddonApplier {
  readonly objects = new Map<string, Manifest>();
  /** Every apply that came through, in order. */
  readonly applied: string[] = [];
  failures: { code: ProblemCode; times: number; on?: string } | undefined;
  nodeImages: readonly string[] = [];

  async apply(_: unknown, manifest: Manifest): Promise<ApplyOutcome> {
    await Promise.resolve();
    const name = nameOf(manifest);
    this.#fail(name);
    this.applied.push(name);
    const before = this.objects.get(name);
    this.objects.set(name, manifest);
    if (before === undefined) return 'created';
    return JSON.stringify(before) === JSON.stringify(manifest) ? 'unchanged' : 'changed';
  }

  async read(_: unknown, reference: ManifestReference): Promise<unknown> {
    await Promise.resolve();
    this.#fail(`read ${nameOf(reference)}`);
    return this.objects.get(nameOf(reference));
  }

  images(): Promise<readonly string[]> {
    return Promise.resolve(this.nodeImages);
  }

  #fail(name: string): void {
    const { failures } = this;
    if (failures === undefined || failures.times === 0 || (failures.on ?? name) !== name) return;
    failures.times -= 1;
    throw new Problem(failures.code, `${name} failed.`);
  }
}
