import { z } from 'zod';

/**
 * The Ignition configuration model, spec 3.4.0, of which 3.0.0 to 3.3.0 are subsets.
 * Source: coreos.github.io/ignition/configuration-v3_4. What came with which version is in `version.ts`.
 *
 * Objects are strict: Ignition itself warns about an unknown key and ignores it, and so does `parse.ts`.
 */
const text = z.string();
const flag = z.boolean().optional();
const strings = z.array(text).optional();

const Verification = z.strictObject({ hash: text.optional() });
const HttpHeader = z.strictObject({ name: text, value: text.optional() });

const Resource = z.strictObject({
  compression: text.optional(),
  httpHeaders: z.array(HttpHeader).optional(),
  source: text.optional(),
  verification: Verification.optional(),
});

const Owner = z.strictObject({ id: z.int().optional(), name: text.optional() });

const node = {
  group: Owner.optional(),
  overwrite: flag,
  path: text.refine((path) => path.startsWith('/'), 'must be an absolute path'),
  user: Owner.optional(),
};

const mode = z.int().min(0).max(0o7777).optional();

const File = z.strictObject({
  ...node,
  append: z.array(Resource).optional(),
  contents: Resource.optional(),
  mode,
});
const Directory = z.strictObject({ ...node, mode });
const Link = z.strictObject({ ...node, hard: flag, target: text.optional() });

const Partition = z.strictObject({
  guid: text.optional(),
  label: text.optional(),
  number: z.int().min(0).optional(),
  resize: flag,
  shouldExist: flag,
  sizeMiB: z.int().min(0).optional(),
  startMiB: z.int().min(0).optional(),
  typeGuid: text.optional(),
  wipePartitionEntry: flag,
});

const Disk = z.strictObject({ device: text, partitions: z.array(Partition).optional(), wipeTable: flag });

const Raid = z.strictObject({
  devices: strings,
  level: text.optional(),
  name: text,
  options: strings,
  spares: z.int().min(0).optional(),
});

const Filesystem = z.strictObject({
  device: text,
  format: text.optional(),
  label: text.optional(),
  mountOptions: strings,
  options: strings,
  path: text.optional(),
  uuid: text.optional(),
  wipeFilesystem: flag,
});

const Luks = z.strictObject({
  clevis: z
    .strictObject({
      custom: z
        .strictObject({ config: text.optional(), needsNetwork: flag, pin: text.optional() })
        .optional(),
      tang: z
        .array(z.strictObject({ advertisement: text.optional(), thumbprint: text.optional(), url: text }))
        .optional(),
      threshold: z.int().min(0).optional(),
      tpm2: flag,
    })
    .optional(),
  device: text.optional(),
  discard: flag,
  keyFile: Resource.optional(),
  label: text.optional(),
  name: text,
  openOptions: strings,
  options: strings,
  uuid: text.optional(),
  wipeVolume: flag,
});

const User = z.strictObject({
  gecos: text.optional(),
  groups: strings,
  homeDir: text.optional(),
  name: text.min(1),
  noCreateHome: flag,
  noLogInit: flag,
  noUserGroup: flag,
  passwordHash: text.optional(),
  primaryGroup: text.optional(),
  shell: text.optional(),
  shouldExist: flag,
  sshAuthorizedKeys: strings,
  system: flag,
  uid: z.int().min(0).optional(),
});

const Group = z.strictObject({
  gid: z.int().min(0).optional(),
  name: text.min(1),
  passwordHash: text.optional(),
  shouldExist: flag,
  system: flag,
});

const unitName = text.regex(
  /^[\w:.\\@-]+\.(service|socket|device|mount|automount|swap|target|path|timer|snapshot|slice|scope)$/,
  'must be a unit name with its suffix, such as x.service',
);

const Unit = z.strictObject({
  contents: text.optional(),
  dropins: z.array(z.strictObject({ contents: text.optional(), name: text.endsWith('.conf') })).optional(),
  enabled: flag,
  mask: flag,
  name: unitName,
});

const Proxy = z.strictObject({ httpProxy: text.optional(), httpsProxy: text.optional(), noProxy: strings });

const Meta = z.strictObject({
  config: z.strictObject({ merge: z.array(Resource).optional(), replace: Resource.optional() }).optional(),
  proxy: Proxy.optional(),
  security: z
    .strictObject({
      tls: z.strictObject({ certificateAuthorities: z.array(Resource).optional() }).optional(),
    })
    .optional(),
  timeouts: z
    .strictObject({
      httpResponseHeaders: z.int().min(0).optional(),
      httpTotal: z.int().min(0).optional(),
    })
    .optional(),
  version: text,
});

/** The whole document. Property order is the order `ocne` emits the top-level keys in. */
export const IgnitionConfig = z.strictObject({
  ignition: Meta,
  kernelArguments: z.strictObject({ shouldExist: strings, shouldNotExist: strings }).optional(),
  passwd: z.strictObject({ groups: z.array(Group).optional(), users: z.array(User).optional() }).optional(),
  storage: z
    .strictObject({
      directories: z.array(Directory).optional(),
      disks: z.array(Disk).optional(),
      files: z.array(File).optional(),
      filesystems: z.array(Filesystem).optional(),
      links: z.array(Link).optional(),
      luks: z.array(Luks).optional(),
      raid: z.array(Raid).optional(),
    })
    .optional(),
  systemd: z.strictObject({ units: z.array(Unit).optional() }).optional(),
});

/** A configuration, of the version that `ignition.version` names. */
export type IgnitionConfig = z.infer<typeof IgnitionConfig>;
export type IgnitionFile = z.infer<typeof File>;
export type IgnitionDirectory = z.infer<typeof Directory>;
export type IgnitionUnit = z.infer<typeof Unit>;
export type IgnitionUser = z.infer<typeof User>;
export type IgnitionGroup = z.infer<typeof Group>;

/** The parts of `storage`, `passwd` and `systemd` that a node's configuration is assembled from. */
export interface Fragments {
  readonly files?: readonly IgnitionFile[];
  readonly directories?: readonly IgnitionDirectory[];
  readonly users?: readonly IgnitionUser[];
  readonly groups?: readonly IgnitionGroup[];
  readonly units?: readonly IgnitionUnit[];
}

/** A 3.4.0 configuration of these parts, without empty sections. */
export function configOf(parts: Fragments): IgnitionConfig {
  const config: IgnitionConfig = { ignition: { version: '3.4.0' } };
  if (parts.groups?.length || parts.users?.length) {
    config.passwd = {
      ...(parts.groups?.length ? { groups: [...parts.groups] } : {}),
      ...(parts.users?.length ? { users: [...parts.users] } : {}),
    };
  }
  if (parts.directories?.length || parts.files?.length) {
    config.storage = {
      ...(parts.directories?.length ? { directories: [...parts.directories] } : {}),
      ...(parts.files?.length ? { files: [...parts.files] } : {}),
    };
  }
  if (parts.units?.length) config.systemd = { units: [...parts.units] };
  return config;
}
