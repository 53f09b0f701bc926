import { CommanderError } from 'commander';
import { Problem, asProblem } from '../domain/error/problem.ts';
import { plain } from './style.ts';
import type { Style } from './style.ts';

/** What a user is told when a command does not succeed. */
interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exitCode: 1 | 2;
}

/** An error that the appliance answered with. Its code may be newer than this program knows. */
export class ApiError extends Error {
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.remedy = remedy;
  }
}

/** Ends a command that has said everything itself already, as `doctor` with a problem found. */
export class AlreadyTold extends Error {}

/** Turns anything thrown into what is said and the exit code: 2 for wrong usage and refused values, 1 for the rest. */
export function failureOf(thrown: unknown, helpHint: string): Failure {
  if (thrown instanceof CommanderError) {
    const message = thrown.message.replace(/^error: /, '').replaceAll('\n', ' ');
    return { code: 'usage', message: sentence(message), remedy: `See \`${helpHint}\`.`, exitCode: 2 };
  }
  const problem = thrown instanceof ApiError ? thrown : asProblem(thrown);
  const { code, message, remedy } = problem;
  // A fault of ours has no story of its own: its cause is all there is to report.
  const cause = problem instanceof Problem && code === 'internal' ? causeText(problem.cause) : '';
  return { code, message: message + cause, remedy, exitCode: code === 'input-invalid' ? 2 : 1 };
}

export function failureText(failure: Failure, style: Style): string {
  const link = failure.code === 'usage' ? '' : `  code: ${failure.code} (docs/errors.md#${failure.code})\n`;
  const message = failure.message.split('\n').map(plain).join('\n  ');
  return `${style.bad('hearth:')} ${message}\n  what to do: ${plain(failure.remedy)}\n${link}`;
}

export function failureJson({ code, message, remedy }: Failure): string {
  return `${JSON.stringify({ error: { code, message, remedy } })}\n`;
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? ` (${cause.message})` : '';
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?)]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
