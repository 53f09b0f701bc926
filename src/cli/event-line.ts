import { moment } from '../web/amount.ts';
import type { EventAnswer } from './answer.ts';
import { plain } from './style.ts';
import type { Style } from './style.ts';

/** An event on one line for people. */
export function eventLine(event: EventAnswer, style: Style): string {
  const mark =
    event.level === 'alert' ? style.bad('!!') : event.level === 'warning' ? style.busy('! ') : '  ';
  const from = event.actor ?? event.address;
  const by = from === undefined ? '' : style.dim(` (${plain(from)})`);
  return `${style.dim(moment(event.at))} ${mark} ${plain(event.text)}${by}\n`;
}
