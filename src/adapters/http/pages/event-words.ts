import type { HearthEvent } from '../../../domain/event/event.ts';
import { moment } from '../../../web/amount.ts';

/** Events for a page, newest first. */
export function eventRows(events: readonly HearthEvent[]) {
  return events.toReversed().map(({ id, at, level, text, actor, address }) => ({
    id,
    level,
    text,
    time: moment(at),
    from: actor ?? address,
  }));
}
