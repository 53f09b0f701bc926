import type { HostAnswer } from './answer.ts';
import { paintState, whatNow } from './state-paint.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

/** The hosts of one cluster, each with what it waits for. */
export function hostTable(hosts: readonly HostAnswer[], style: Style): string {
  return table(
    hosts,
    [
      { title: 'HOST', value: (one) => one.name },
      { title: 'ROLE', value: (one) => one.assignment?.role },
      {
        title: 'STATE',
        value: (one) => one.state,
        paint: (text, one) => paintState(one.state, style)(text),
      },
      { title: 'WHAT NOW', value: whatNow },
    ],
    style,
  );
}
