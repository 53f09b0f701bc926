const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** RFC 2131 §3.3: 0xffffffff seconds mean "for ever", so a finite time stays below. */
const LONGEST = 0xfffffffe;

/**
 * Reads `90s`, `30m`, `1h`, `7d`, `1h30m` or a plain number of seconds.
 *
 * @returns seconds, or undefined when it is none of these or zero
 */
export function parseDuration(value: string | number): number | undefined {
  if (typeof value === 'number')
    return Number.isInteger(value) && value > 0 && value <= LONGEST ? value : undefined;
  if (/^\d{1,10}$/.test(value)) return parseDuration(Number(value));
  if (!/^(\d{1,6}[smhdw])+$/.test(value)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of value.matchAll(/(\d+)([smhdw])/g))
    seconds += Number(count) * (UNITS[unit ?? ''] ?? 0);
  return seconds > 0 && seconds <= LONGEST ? seconds : undefined;
}
