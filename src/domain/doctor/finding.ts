/** What one look at the machine found. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'problem';
  /** What was looked at, in one or two words: findings of one subject belong together. */
  readonly subject: string;
  readonly what: string;
  /** What to do; empty when all is well. */
  readonly remedy: string;
}

export function ok(subject: string, what: string): Finding {
  return { level: 'ok', subject, what, remedy: '' };
}

export function warning(subject: string, what: string, remedy: string): Finding {
  return { level: 'warning', subject, what, remedy };
}

export function problem(subject: string, what: string, remedy: string): Finding {
  return { level: 'problem', subject, what, remedy };
}
