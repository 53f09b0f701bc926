import { z } from 'zod';

/** What the tests read of `hearth host show --json`. */
const hostRecord = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  detail: z.string().nullish(),
  failure: z.looseObject({ reason: z.string(), remedy: z.string() }).nullish(),
});

export type HostRecord = z.infer<typeof hostRecord>;

const eventRecord = z.looseObject({
  id: z.number(),
  level: z.string(),
  type: z.string(),
  text: z.string(),
  host: z.string().nullish(),
  address: z.string().nullish(),
});

export type EventRecord = z.infer<typeof eventRecord>;

export function readHosts(value: unknown): readonly HostRecord[] {
  return z.array(hostRecord).parse(value);
}

export function readEvents(value: unknown): readonly EventRecord[] {
  return z.array(eventRecord).parse(value);
}
