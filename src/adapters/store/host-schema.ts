import { z } from 'zod';
import type { Host, HostId, HostState, NodeRole } from '../../domain/host/host.ts';
import { parseIpv4 } from '../../protocol/address/ipv4.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { isMac } from '../../protocol/address/mac.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';

const mac = z.string().refine(isMac, 'not a MAC address') as unknown as z.ZodType<MacAddress>;
const address = z
  .string()
  .refine(
    (text) => parseIpv4(text) !== undefined,
    'not an IPv4 address',
  ) as unknown as z.ZodType<Ipv4Address>;
const architecture = z.enum(['bios-x86', 'uefi-x86', 'uefi-x64', 'uefi-arm32', 'uefi-arm64']);
const instant = z.number();

const STATES = [
  'discovered',
  'registered',
  'armed',
  'installing',
  'installed',
  'igniting',
  'joining',
  'active',
  'failed',
  'released',
] as const satisfies readonly HostState[];
const state = z.enum(STATES);
const role = z.enum(['control-plane', 'worker'] as const satisfies readonly NodeRole[]);

const facts = z.looseObject({
  at: instant,
  vendor: z.string().optional(),
  product: z.string().optional(),
  serial: z.string().optional(),
  uuid: z.string().optional(),
  firmware: z.enum(['bios', 'uefi']),
  cpus: z.number(),
  memoryMiB: z.number(),
  nics: z.array(z.looseObject({ name: z.string(), mac, addresses: z.array(address), carrier: z.boolean() })),
  disks: z.array(
    z.looseObject({
      name: z.string(),
      bytes: z.number(),
      model: z.string().optional(),
      serial: z.string().optional(),
      ids: z.array(z.string()),
      removable: z.boolean(),
    }),
  ),
});

/**
 * A host as it is kept. Keys that this version does not know are kept as they are, in its parts too: a newer one may
 * have written them before it was rolled back.
 */
export const hostSchema: z.ZodType<Host> = z.looseObject({
  id: z.string().min(1) as unknown as z.ZodType<HostId>,
  name: z.string(),
  state,
  since: instant,
  detail: z.string().optional(),
  macs: z.array(mac),
  uuid: z.string().optional(),
  address: address.optional(),
  assignment: z.looseObject({ cluster: z.string(), role }).optional(),
  disk: z.string().optional(),
  nic: z.string().optional(),
  medium: z.string().optional(),
  image: z.string().optional(),
  loader: z.enum(['ipxe', 'snponly', 'grub']).optional(),
  kernelArguments: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  facts: facts.optional(),
  sighting: z
    .looseObject({
      at: instant,
      network: z.string(),
      mac,
      architecture: architecture.optional(),
      uuid: z.string().optional(),
      vendorClass: z.string().optional(),
      address: address.optional(),
    })
    .optional(),
  install: z
    .looseObject({
      id: z.string(),
      medium: z.string(),
      image: z.string(),
      attempts: z.number(),
      armedAt: instant,
      armedUntil: instant,
      initialises: z.boolean().optional(),
    })
    .optional(),
  failure: z.looseObject({ reason: z.string(), remedy: z.string(), at: instant, during: state }).optional(),
  createdAt: instant,
});
