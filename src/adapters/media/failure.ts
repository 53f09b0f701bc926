import { Problem } from '../../domain/error/problem.ts';
import { IsoError } from '../../protocol/iso9660/error.ts';
import { OstreeError } from '../../protocol/ostree/error.ts';

/** What is imported, for the words and the code of its problems. */
export type Subject = { readonly kind: 'medium' | 'image'; readonly path: string };

/** Turns whatever an import met into a problem for the person who asked for it. */
export function importProblem(error: unknown, subject: Subject): Problem {
  if (error instanceof Problem) return error;
  const code = subject.kind === 'medium' ? 'media-invalid' : 'image-invalid';
  if (error instanceof IsoError) {
    const remedy =
      error.fault === 'truncated'
        ? 'The file is not complete: download it again and compare its checksum.'
        : undefined;
    return new Problem(code, `${subject.path}: ${error.message}.`, options(error, remedy));
  }
  if (error instanceof OstreeError) {
    const remedy =
      error.fault === 'missing' || error.fault === 'corrupt'
        ? 'The repository is not complete: make or copy it again; `ostree fsck` shows its state.'
        : undefined;
    return new Problem(code, `${subject.path}: ${error.message}.`, options(error, remedy));
  }
  const system = systemCode(error);
  if (system === 'ENOSPC' || system === 'EDQUOT' || system === 'EROFS') {
    return new Problem(
      'storage-full',
      `The disk of the data directory cannot take ${subject.path} (${system}).`,
      { cause: error },
    );
  }
  if (system === 'ENOENT' || system === 'ENOTDIR')
    return new Problem('input-invalid', `${subject.path} does not exist.`, { cause: error });
  if (system === 'EACCES' || system === 'EPERM')
    return new Problem('input-invalid', `${subject.path} may not be read by the appliance.`, {
      cause: error,
    });
  if (system === 'EIO')
    return new Problem(code, `${subject.path} could not be read: the disk reports an error.`, {
      cause: error,
    });
  return new Problem('internal', `The import of ${subject.path} failed inside Hearth.`, { cause: error });
}

/** An error for an input that is not what it should be. */
export function invalid(subject: Subject, message: string, remedy?: string): Problem {
  const code = subject.kind === 'medium' ? 'media-invalid' : 'image-invalid';
  return new Problem(code, `${subject.path}: ${message}`, remedy === undefined ? {} : { remedy });
}

function options(cause: unknown, remedy: string | undefined): { cause: unknown; remedy?: string } {
  return remedy === undefined ? { cause } : { cause, remedy };
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
