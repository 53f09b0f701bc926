import { z } from 'zod';
import type { HostWish } from '../../../../domain/cluster/up-choice.ts';
import type { ArmRequest } from '../../../../domain/host/request.ts';

const short = z.string().min(1).max(256);
const count = z.int().min(0).max(1_000);

/** Which hosts a cluster is brought up with, and what they are installed from. */
export const upSchema: z.ZodType<HostWish & ArmRequest> = z
  .strictObject({
    controlPlanes: count.optional(),
    workers: count.optional(),
    hosts: z.array(short).min(1).max(1_000).optional(),
    select: z.record(z.string().min(1).max(63), z.string().max(255)).optional(),
    medium: short.optional(),
    image: short.optional(),
    forSeconds: z
      .int()
      .min(60)
      .max(7 * 86_400)
      .optional(),
  })
  .meta({ id: 'ClusterUpRequest', description: 'Counts that are left out are those of the cluster file.' });
