import { z } from 'zod';
import { PlainScalar, plainValue } from '../../protocol/ignition/yaml-tree.ts';
import type { YamlValue } from '../../protocol/ignition/yaml-tree.ts';

/**
 * The fields of `~/.ocne/defaults.yaml` and of the cluster file, as `ocne` 2.3 names them. Every field is optional in
 * every layer; what a cluster needs is checked when the layers are together (`resolve.ts`).
 *
 * Values arrive with their spelling (`PlainScalar`): `osTag: 1.30` is the text "1.30", as Go's reader takes it.
 */
const text = z
  .unknown()
  .transform((value, context) => {
    if (value instanceof PlainScalar) return value.source;
    if (typeof value === 'string') return value;
    return refuse(context, 'must be text');
  })
  .optional();

const flag = z
  .unknown()
  .transform((value, context) => {
    if (value instanceof PlainScalar && typeof value.value === 'boolean') return value.value;
    // Words of YAML 1.1, which Go's reader takes for a switch.
    if (typeof value === 'string' && /^(y|yes|on)$/i.test(value)) return true;
    if (typeof value === 'string' && /^(n|no|off)$/i.test(value)) return false;
    return refuse(context, 'must be true or false');
  })
  .optional();

function whole(max: number): z.ZodOptional<z.ZodPipe<z.ZodUnknown, z.ZodTransform<number>>> {
  return z
    .unknown()
    .transform((value, context) => {
      const number = value instanceof PlainScalar ? value.value : undefined;
      if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= max)
        return number;
      return refuse(context, `must be a whole number from 0 to ${max}`);
    })
    .optional();
}

const uint16 = whole(65535);
const count = whole(2 ** 31 - 1);

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

function oneOf<const T extends string>(
  ...allowed: T[]
): z.ZodOptional<z.ZodPipe<z.ZodUnknown, z.ZodTransform<T | ''>>> {
  return z
    .unknown()
    .transform((value, context): T | '' => {
      const word = value instanceof PlainScalar ? value.source : value;
      if (word === '') return '';
      return (
        allowed.find((entry) => entry === word) ?? refuse(context, `must be one of: ${allowed.join(', ')}`)
      );
    })
    .optional();
}

function texts<const K extends string>(...names: K[]): Record<K, typeof text> {
  return Object.fromEntries(names.map((name) => [name, text])) as Record<K, typeof text>;
}

const section = <S extends z.core.$ZodLooseShape>(shape: S): z.ZodOptional<z.ZodObject<S, z.core.$strict>> =>
  z.strictObject(shape).optional();

const proxy = section(texts('httpsProxy', 'httpProxy', 'noProxy'));
const machine = section({ ...texts('memory', 'storage'), cpu: count });

const libvirt = section({
  ...texts(
    'uri',
    'sshKey',
    'storagePool',
    'network',
    'bootVolumeName',
    'bootVolumeContainerImagePath',
    'slirpSubnet',
  ),
  controlPlaneNode: machine,
  workerNode: machine,
  secureBoot: flag,
  smm: flag,
});

const shape = section({ ...texts('shape', 'bootVolumeSizeInGBs'), ocpus: count });

const oci = section({
  ...texts('kubeconfig', 'compartment', 'profile', 'namespace', 'vcn', 'imageBucket'),
  controlPlaneShape: shape,
  workerShape: shape,
  images: section(texts('amd64', 'arm64')),
  selfManaged: flag,
  loadBalancer: section(texts('subnet1', 'subnet2')),
  proxy,
});

const olvmMachine = section({
  ...texts('olvmOvirtClusterName', 'vmTemplateName'),
  olvmNetwork: section(texts('networkName', 'vnicName', 'vnicProfileName')),
  virtualMachine: section({
    memory: text,
    cpu: section({
      architecture: text,
      topology: section({ cores: count, sockets: count, threads: count }),
    }),
    network: section({
      ...texts('gateway', 'interface', 'interfaceType'),
      ipv4: section({ subnet: text, ipAddresses: text }),
      ipv6: section({ autoConf: flag, ipAddresses: text }),
    }),
  }),
});

const named = section(texts('name', 'namespace'));

const olvm = section({
  ...texts('namespace', 'olvmDatacenterName'),
  selfManaged: flag,
  proxy,
  controlPlaneMachine: olvmMachine,
  workerMachine: olvmMachine,
  ovirtCsiDriver: section({
    ...texts('caConfigmapName', 'controllerPluginName', 'csiDriverName', 'namespace', 'nodePluginName'),
    credsSecretName: text,
    install: flag,
  }),
  localAPIEndpoint: section({ bindPort: uint16, advertiseAddress: text }),
  olvmOvirtAPIServer: section({
    ...texts('serverCA', 'serverCAPath', 'serverURL'),
    caConfigMap: named,
    credentialsSecret: named,
    insecureSkipTLSVerify: flag,
  }),
  olvmOCK: section(texts('diskName', 'diskSize', 'storageDomainName')),
});

const byo = section({ networkInterface: text, automaticTokenCreation: flag });

/** Fields that both files have. */
const common = {
  providers: section({ byo, libvirt, oci, olvm }),
  proxy,
  ...texts('registry', 'kubernetesVersion', 'osTag', 'osRegistry', 'bootVolumeContainerImage'),
  kubeApiServerBindPort: uint16,
  kubeApiServerBindPortAlt: uint16,
  ...texts('podSubnet', 'serviceSubnet'),
  kubeProxyMode: oneOf('iptables', 'ipvs'),
  cni: oneOf('flannel', 'none'),
  headless: flag,
  catalog: flag,
  communityCatalog: flag,
  ...texts('sshPublicKey', 'sshPublicKeyPath', 'password'),
  certificateInformation: section(texts('country', 'org', 'orgUnit', 'state')),
  ...texts('extraIgnition', 'extraIgnitionInline'),
};

/** Fields of defaults.yaml alone. */
const workstation = {
  ...texts('kubeconfig', 'autoStartUI'),
  quiet: flag,
  ephemeralCluster: section({ name: text, preserve: flag, node: machine }),
};

const catalog = z.strictObject(texts('protocol', 'uri', 'name', 'namespace'));

const application = z.strictObject({
  ...texts('name', 'release', 'version', 'catalog', 'namespace', 'configFrom'),
  config: z
    .unknown()
    .transform((value) => plainValue(value as YamlValue))
    .optional(),
});

export const DefaultsFile = z.strictObject({ ...common, ...workstation });

export const ClusterFile = z.strictObject({
  ...common,
  ...texts('directory', 'name'),
  provider: oneOf('byo', 'libvirt', 'none', 'oci', 'olvm'),
  controlPlaneNodes: uint16,
  workerNodes: uint16,
  ...texts('virtualIp', 'loadBalancer', 'cipherSuites', 'clusterDefinition', 'clusterDefinitionInline'),
  catalogs: z.array(catalog).optional(),
  applications: z.array(application).optional(),
});

/** One layer, or all of them laid over each other. */
export type OcneSettings = z.infer<typeof ClusterFile>;
