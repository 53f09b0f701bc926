import { duration, moment } from '../web/amount.ts';

/** How far a cluster is, in words. */
export function birthText(kind: string): string {
  switch (kind) {
    case 'unborn':
      return 'waits for its first control-plane host';
    case 'initialising':
      return 'its first host is starting it';
    case 'born':
      return 'running';
    default:
      return kind;
  }
}

const MONTH_MS = 30 * 86_400_000;

/** When certificates end, and a word where that is soon. */
export function certificateRows(
  certificates: readonly { readonly name: string; readonly expiresAt: number }[],
  now: number,
): (readonly [string, string])[] {
  return certificates.map(({ name, expiresAt }) => {
    const left = expiresAt - now;
    const word = left <= 0 ? ' (has ended)' : left < MONTH_MS ? ` (ends in ${duration(left)})` : '';
    return [`${name} ends`, `${moment(expiresAt)}${word}`];
  });
}

/** How far an addon is, in words. */
export function addonText(state: { readonly kind: string; readonly reason?: string | undefined }): string {
  switch (state.kind) {
    case 'waiting':
      return 'waits for the API';
    case 'applying':
      return 'is being applied';
    case 'applied':
      return 'applied';
    case 'failed':
      return `failed: ${state.reason ?? ''}`;
    default:
      return state.kind;
  }
}
