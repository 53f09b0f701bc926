import { z } from 'zod';
import { Problem } from '../domain/error/problem.ts';

// What people are shown of the API's answers. Everything not named is passed over, so that a newer appliance is
// understood; --json prints the answer as it came.

const text = z.string();
const optionalText = z.string().optional();
const instant = z.number();

export const hostAnswer = z.object({
  name: text,
  state: text,
  since: instant,
  detail: optionalText,
  waiting: optionalText,
  deadline: instant.optional(),
  macs: z.array(text),
  uuid: optionalText,
  address: optionalText,
  assignment: z.object({ cluster: text, role: text }).optional(),
  disk: optionalText,
  nic: optionalText,
  medium: optionalText,
  image: optionalText,
  loader: optionalText,
  kernelArguments: z.array(text).default([]),
  labels: z.record(z.string(), z.string()).default({}),
  sighting: z
    .object({ at: instant, network: text, mac: text, architecture: optionalText, address: optionalText })
    .optional(),
  install: z.object({ medium: text, image: text, attempts: z.number(), armedUntil: instant }).optional(),
  failure: z.object({ reason: text, remedy: text, during: text }).optional(),
  facts: z
    .object({
      vendor: optionalText,
      product: optionalText,
      serial: optionalText,
      firmware: text,
      cpus: z.number(),
      memoryMiB: z.number(),
      nics: z.array(z.object({ name: text, mac: text, carrier: z.boolean(), addresses: z.array(text) })),
      disks: z.array(
        z.object({
          name: text,
          bytes: z.number(),
          model: optionalText,
          serial: optionalText,
          ids: z.array(text),
        }),
      ),
    })
    .optional(),
});
export type HostAnswer = z.output<typeof hostAnswer>;

export const eventAnswer = z.object({
  id: z.number(),
  at: instant,
  level: text,
  type: text,
  text,
  host: optionalText,
  address: optionalText,
  actor: optionalText,
});
export type EventAnswer = z.output<typeof eventAnswer>;

export const leaseAnswer = z.object({
  address: text,
  mac: optionalText,
  hostname: optionalText,
  network: text,
  state: text,
  expiresAt: instant.optional(),
});

export const networkAnswer = z.object({
  name: text,
  interface: optionalText,
  subnet: text,
  address: text,
  dhcp: text,
  ranges: z.array(text).default([]),
  router: optionalText,
});

export const mediumAnswer = z.object({
  name: text,
  label: text,
  family: optionalText,
  version: optionalText,
  architecture: text,
  isoSize: z.number(),
  sha256: text,
  selfChecked: z.boolean(),
  fileCount: z.number(),
  importedAt: instant,
});

export const imageAnswer = z.object({
  name: text,
  ref: text,
  commit: text,
  version: optionalText,
  objects: z.number(),
  size: z.number(),
  source: text,
  importedAt: instant,
});

export const clusterAnswer = z.object({
  name: text,
  config: z.object({
    endpoint: z.object({ host: text, port: z.number() }),
    kubernetesVersion: optionalText,
  }),
  birth: z.object({ kind: text }),
  createdAt: instant,
});

/**
 * Checks an answer.
 *
 * @throws Problem `internal` naming what was asked for: the two sides are of different versions
 */
export function expectAnswer<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Problem('internal', `The answer about ${what} is not understood.`, {
    remedy: 'Use the `hearth` command of the same version as the appliance.',
    cause: new Error(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`),
  });
}
