import { z } from 'zod';
import { parseIpv4 } from '../../protocol/address/ipv4.ts';
import { parseMac } from '../../protocol/address/mac.ts';
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

const mac = read(z.string(), parseMac, 'a MAC address such as 52:54:00:12:34:56');

/** Bytes of an identifier, as `explain` and relays show them. */
const bytes = read(
  z.string(),
  (text) => (/^([0-9a-fA-F]{2}:?){1,255}$/.test(text) ? text.replaceAll(':', '').toLowerCase() : undefined),
  'bytes in hex such as 01:52:54:00:12:34:56',
);

const uuid = z.guid('must be a UUID').transform((text) => text.toLowerCase());

/** One of mac, clientId, uuid, or circuitId with or without remoteId. */
const reservation = z
  .strictObject({
    mac: mac.optional(),
    clientId: bytes.optional(),
    uuid: uuid.optional(),
    circuitId: bytes.optional(),
    remoteId: bytes.optional(),
    address,
    hostName: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label')
      .optional(),
  })
  .refine((entry) => {
    const port = entry.circuitId !== undefined || entry.remoteId !== undefined;
    return (
      [entry.mac, entry.clientId, entry.uuid].filter((one) => one !== undefined).length + (port ? 1 : 0) === 1
    );
  }, 'must say exactly one of mac, clientId, uuid, or the relay port (circuitId, remoteId)');

const rate = z.number('must be a number').min(0, 'must not be negative');

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
  sharedNetwork: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/, 'must be a short name')
    .optional(),
  reservations: z.array(reservation).default([]),
  probe: z.boolean('must be true or false').default(true),
  proxyDelay: z
    .int('must be milliseconds')
    .min(0)
    .max(5000, 'must be at most 5000 milliseconds')
    .default(100),
  limits: z
    .strictObject({
      interfaceBurst: rate.optional(),
      interfacePerSecond: rate.optional(),
      portBurst: rate.optional(),
      portPerSecond: rate.optional(),
      knownShare: rate.max(1, 'must be a share from 0 to 1').optional(),
    })
    .default({}),
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
