import { z } from 'zod';
import type { DaemonState, RivalServer } from '../domain/doctor/snapshot.ts';
import { Problem } from '../domain/error/problem.ts';
import type { ApiClient } from './client.ts';

const statusAnswer = z.object({
  parts: z
    .array(z.object({ name: z.string(), state: z.string(), detail: z.string().optional() }))
    .default([]),
  rivals: z.array(z.object({ address: z.string(), network: z.string() })).optional(),
});
const named = z.array(z.object({ name: z.string() }));

/** What a running appliance knows that cannot be seen from outside. */
interface DaemonView {
  readonly daemon: DaemonState;
  readonly rivals: readonly RivalServer[] | undefined;
  readonly media: readonly string[] | undefined;
  readonly images: readonly string[] | undefined;
}

/** Never throws: an appliance that does not answer is a finding and no failure. */
export async function askDaemon(client: ApiClient): Promise<DaemonView> {
  try {
    const status = statusAnswer.parse(await client.get('/api/v1/status'));
    const failing = status.parts
      .filter((part) => part.state === 'failing')
      .map(({ name, detail }) => ({ name, detail: detail ?? 'no reason given' }));
    return {
      daemon: { kind: 'running', failing },
      rivals: status.rivals,
      media: named.parse(await client.get('/api/v1/media')).map((one) => one.name),
      images: named.parse(await client.get('/api/v1/images')).map((one) => one.name),
    };
  } catch (error) {
    const reason =
      error instanceof Problem ? error.message : `does not answer as it should: ${String(error)}`;
    return { daemon: { kind: 'stopped', reason }, rivals: undefined, media: undefined, images: undefined };
  }
}
