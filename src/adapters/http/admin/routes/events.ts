import { z } from 'zod';
import type { HostId } from '../../../../domain/host/host.ts';
import { EventStreams } from '../event-stream.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import { listQuery, queryNumber } from './shared-input.ts';

const eventSchema = z
  .looseObject({
    id: z.number(),
    at: z.number(),
    level: z.enum(['info', 'warning', 'alert']),
    type: z.string(),
    text: z.string(),
  })
  .meta({ id: 'Event' });

const host = z.string().max(64).optional();

/** The event log: what happened, and what happens. */
export function eventRoutes({ events, hosts }: Pick<Services, 'events' | 'hosts'>): readonly Route[] {
  const streams = new EventStreams(events);
  const hostId = (name: string | undefined): HostId | undefined =>
    name === undefined ? undefined : hosts.find(name).id;
  return [
    route({
      method: 'get',
      path: '/api/v1/events',
      permission: 'read',
      summary: 'The newest events, oldest first.',
      query: listQuery({
        after: queryNumber(0, Number.MAX_SAFE_INTEGER).optional(),
        limit: queryNumber(1, 10_000).optional(),
        host,
      }),
      answer: { schema: z.array(eventSchema) },
      handle: ({ query }) =>
        events.list({ after: query.after, limit: query.limit, host: hostId(query.host) }),
    }),
    route({
      method: 'get',
      path: '/api/v1/events/stream',
      permission: 'read',
      summary: 'Events as they happen (server-sent events); Last-Event-ID or `after` brings what was missed.',
      query: listQuery({ after: queryNumber(0, Number.MAX_SAFE_INTEGER).optional(), host }),
      answer: { contentType: 'text/event-stream' },
      handle: ({ request, response, query }) => {
        const header = request.headers['last-event-id'];
        const last = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : query.after;
        return streams.serve(response, { after: last, host: hostId(query.host) });
      },
    }),
  ];
}
