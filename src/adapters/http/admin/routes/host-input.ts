import { z } from 'zod';
import type { DepartureOptions } from '../../../../domain/cluster/host-departure.ts';
import type { ArmRequest, HostChange, NewHost } from '../../../../domain/host/request.ts';
import { parseIpv4 } from '../../../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../../../protocol/address/ipv4.ts';
import { parseMac } from '../../../../protocol/address/mac.ts';
import type { MacAddress } from '../../../../protocol/address/mac.ts';

/** The inventory allows and refuses values with its own words; here only shapes and sizes are bounded. */
const short = z.string().min(1).max(256);

const mac = z
  .string()
  .max(32)
  .transform((text, context): MacAddress => {
    const parsed = parseMac(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a MAC address` });
    return z.NEVER;
  });

const address = z
  .string()
  .max(32)
  .transform((text, context): Ipv4Address => {
    const parsed = parseIpv4(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not an IPv4 address` });
    return z.NEVER;
  });

const assignment = z.strictObject({
  cluster: short,
  role: z.enum(['control-plane', 'worker'], 'must be control-plane or worker'),
});

/** Ironic bounds a machine at 64 interfaces too. */
const macs = z.array(mac).max(64);

const changes = {
  macs: macs.optional(),
  uuid: short.nullable().optional(),
  address: address.nullable().optional(),
  assignment: assignment.nullable().optional(),
  disk: short.nullable().optional(),
  nic: short.nullable().optional(),
  medium: short.nullable().optional(),
  image: short.nullable().optional(),
  loader: z.enum(['ipxe', 'snponly', 'grub'], 'must be ipxe, snponly or grub').nullable().optional(),
  kernelArguments: z.array(short).max(64).optional(),
  labels: z
    .record(z.string().min(1).max(63), z.string().max(255))
    .refine((labels) => Object.keys(labels).length <= 64, 'at most 64 labels')
    .optional(),
};

const name = z.string().min(1).max(63);

export const newHostSchema: z.ZodType<NewHost> = z
  .strictObject({ ...changes, name, macs })
  .meta({ id: 'NewHost' });

export const hostChangeSchema: z.ZodType<HostChange> = z
  .strictObject({ ...changes, name: name.optional() })
  .meta({ id: 'HostChange', description: 'Null clears a value; what is left out stays as it is.' });

export const armSchema: z.ZodType<ArmRequest> = z
  .strictObject({
    medium: short.optional(),
    image: short.optional(),
    forSeconds: z
      .int()
      .min(60)
      .max(7 * 86_400)
      .optional()
      .meta({ description: 'How long the machine has to start the installer.' }),
  })
  .meta({ id: 'ArmRequest' });

export const releaseSchema: z.ZodType<DepartureOptions> = z
  .strictObject({
    force: z.boolean().optional(),
    drainSeconds: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'How long its pods have to leave.' }),
  })
  .meta({ id: 'ReleaseRequest' });
