import type { RequestHandler } from 'express';
import type { PagesDependencies } from './dependencies.ts';
import { eventRows } from './event-words.ts';
import type { Views } from './views.ts';

const EVENTS_SHOWN = 200;

/** `/events`: what happened, newest first. */
export function eventsPage(
  deps: PagesDependencies,
  views: Views,
  view: 'events' | 'events-list',
): RequestHandler {
  return async (_req, res) => {
    const events = await deps.services.events.list({ limit: EVENTS_SHOWN });
    await views.send(res, { view, title: 'Events', here: '/events', values: { events: eventRows(events) } });
  };
}
