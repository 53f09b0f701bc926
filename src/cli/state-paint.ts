import type { Style } from './style.ts';

/** Colours a state: red asks for a person, yellow moves by itself, green is done. */
export function paintState(state: string, style: Style): (text: string) => string {
  if (state === 'failed') return style.bad;
  if (state === 'active') return style.good;
  if (['armed', 'installing', 'installed', 'igniting', 'joining'].includes(state)) return style.busy;
  return state === 'released' ? style.dim : style.bold;
}

/** What a host waits for, without its name, which stands in the first column already. */
export function whatNow(host: {
  readonly name: string;
  readonly waiting?: string | undefined;
}): string | undefined {
  const start = `${host.name} `;
  return host.waiting?.startsWith(start) === true ? host.waiting.slice(start.length) : host.waiting;
}
