import { z } from 'zod';
import { parseIpv4 } from '../../protocol/address/ipv4.ts';
import { parseSubnet } from '../../protocol/address/subnet.ts';
import { parseDuration } from './duration.ts';

/** A value whose reader returns undefined for what is not allowed; `allowed` completes "must be …". */
function read<I, T>(input: z.ZodType<I>, reader: (value: I) => T | undefined, allowed: string) {
  return input.transform((value, context): T => {
    const result = reader(value);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `must be ${allowed}, not ${JSON.stringify(value)}` });
    return z.NEVER;
  });
}

const address = read(z.string(), parseIpv4, 'an IPv4 address such as 10.20.0.1');
const duration = read(
  z.union([z.string(), z.number()]),
  parseDuration,
  'a time such as 30m, 1h or a number of seconds',
);

const range = read(
  z.string(),
  (text) => {
    const [first, last, ...rest] = text.split('-').map((part) => parseIpv4(part.trim()));
    return first !== undefined && last !== undefined && rest.length === 0 ? { first, last } : undefined;
  },
  'a range such as 10.20.0.100-10.20.0.199',
);

const listen = read(
  z.string(),
  (text) => {
    const match = /^(?:\[([0-9a-fA-F:]+)\]|([0-9A-Za-z.-]*)):(\d{1,5})$/.exec(text);
    const port = Number(match?.[3]);
    if (match === null || port > 65_535) return undefined;
    return { host: match[1] ?? match[2] ?? '', port };
  },
  'an address and a port such as 127.0.0.1:8443',
);

const port = z
  .int('must be a port number')
  .min(0, 'must be a port from 0 to 65535')
  .max(65_535, 'must be a port from 0 to 65535');

/** By IANA name or by code: text, number, yes/no or a list of these. */
const optionValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number()])),
]);

const network = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'must be a short name of lower-case letters, digits, - and _'),
  interface: z
    .string()
    .regex(/^[^\s/]{1,15}$/, 'must be the name of a network interface, such as eth1')
    .optional(),
  subnet: read(z.string(), parseSubnet, 'a subnet without host bits, such as 10.20.0.0/24'),
  address: address.optional(),
  dhcp: z.enum(['authoritative', 'proxy', 'off'], 'must be authoritative, proxy or off').default('proxy'),
  ranges: z.array(range).default([]),
  router: address.optional(),
  dns: z.array(address).default([]),
  ntp: z.array(address).default([]),
  domain: z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, 'must be a domain name')
    .optional(),
  leaseTime: duration.default(3600),
  renewTime: duration.optional(),
  rebindTime: duration.optional(),
  declineTime: duration.default(86_400),
  nextServer: address.optional(),
  options: z.record(z.string(), optionValue).default({}),
});

/** hearth.yaml. Every key but `networks` has a default; without networks nothing is served to machines. */
export const hearthSchema = z.strictObject({
  data: z.string().min(1).optional(),
  admin: z.strictObject({ listen: listen.default({ host: '127.0.0.1', port: 8443 }) }).default({
    listen: { host: '127.0.0.1', port: 8443 },
  }),
  provisioning: z.strictObject({ port: port.default(8080) }).default({ port: 8080 }),
  networks: z.array(network).default([]),
});

export type HearthFile = z.output<typeof hearthSchema>;
export type NetworkEntry = HearthFile['networks'][number];
