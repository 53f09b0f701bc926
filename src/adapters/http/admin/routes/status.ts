import { z } from 'zod';
import type { Metrics } from '../../../metrics/metrics.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';

const statusSchema = z
  .object({
    version: z.string(),
    startedAt: z.number(),
    ready: z.boolean(),
    parts: z.array(
      z.object({
        name: z.string(),
        state: z.enum(['ok', 'failing', 'off']),
        detail: z.string().optional(),
      }),
    ),
    rivals: z
      .array(z.object({ address: z.string(), network: z.string() }))
      .optional()
      .meta({ description: 'Other DHCP servers that were heard on served networks.' }),
  })
  .meta({ id: 'Status' });

/** How the appliance is. The two probes are public and say nothing but yes or no. */
export function statusRoutes({ status }: Pick<Services, 'status'>, metrics: Metrics): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      permission: 'public',
      summary: 'Whether the process answers.',
      handle: ({ response }) => {
        response.type('text/plain').send('ok\n');
      },
    }),
    route({
      method: 'get',
      path: '/readyz',
      permission: 'public',
      summary: 'Whether every listener is up and the disk takes work.',
      handle: async ({ response }) => {
        const { ready } = await status();
        response
          .status(ready ? 200 : 503)
          .type('text/plain')
          .send(ready ? 'ready\n' : 'not ready\n');
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/status',
      permission: 'read',
      summary: 'How the appliance and its parts are.',
      answer: { schema: statusSchema },
      handle: () => status(),
    }),
    route({
      method: 'get',
      path: '/metrics',
      permission: 'read',
      summary: 'Metrics in the text format of Prometheus.',
      answer: { contentType: 'text/plain' },
      handle: async ({ response }) => {
        const text = await metrics.registry.metrics();
        response.setHeader('Content-Type', metrics.registry.contentType);
        response.send(text);
      },
    }),
  ];
}
