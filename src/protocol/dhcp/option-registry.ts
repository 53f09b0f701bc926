/**
 * How a value is written on the wire. `fqdns` is the compressed name list of RFC 1035 §4.1.4 (option 119), `routes`
 * the classless routes of RFC 3442, `binary` is bytes given as `hex:`.
 */
export type OptionType =
  | 'address'
  | 'addresses'
  | 'address-pairs'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'int32'
  | 'uint8s'
  | 'uint16s'
  | 'bool'
  | 'text'
  | 'fqdn'
  | 'fqdns'
  | 'routes'
  | 'binary';

export interface OptionDefinition {
  readonly code: number;
  /** As Kea spells it, which is the IANA registry's name in lower case with hyphens. */
  readonly name: string;
  readonly type: OptionType;
  /** Why it cannot be set by hand, for options that the engine answers itself. */
  readonly managed?: string | undefined;
}

type Row = readonly [code: number, name: string, type: OptionType, managed?: string];

const PER_CLIENT = 'Hearth answers it per client';

/** RFC 2132 and its successors in the IANA registry "BOOTP Vendor Extensions and DHCP Options". */
const ROWS: readonly Row[] = [
  [1, 'subnet-mask', 'address', 'it follows from `subnet`'],
  [2, 'time-offset', 'int32'],
  [3, 'routers', 'addresses'],
  [4, 'time-servers', 'addresses'],
  [5, 'name-servers', 'addresses'],
  [6, 'domain-name-servers', 'addresses'],
  [7, 'log-servers', 'addresses'],
  [8, 'cookie-servers', 'addresses'],
  [9, 'lpr-servers', 'addresses'],
  [10, 'impress-servers', 'addresses'],
  [11, 'resource-location-servers', 'addresses'],
  [12, 'host-name', 'text'],
  [13, 'boot-size', 'uint16'],
  [14, 'merit-dump', 'text'],
  [15, 'domain-name', 'text'],
  [16, 'swap-server', 'address'],
  [17, 'root-path', 'text'],
  [18, 'extensions-path', 'text'],
  [19, 'ip-forwarding', 'bool'],
  [20, 'non-local-source-routing', 'bool'],
  [21, 'policy-filter', 'address-pairs'],
  [22, 'max-dgram-reassembly', 'uint16'],
  [23, 'default-ip-ttl', 'uint8'],
  [24, 'path-mtu-aging-timeout', 'uint32'],
  [25, 'path-mtu-plateau-table', 'uint16s'],
  [26, 'interface-mtu', 'uint16'],
  [27, 'all-subnets-local', 'bool'],
  [28, 'broadcast-address', 'address'],
  [29, 'perform-mask-discovery', 'bool'],
  [30, 'mask-supplier', 'bool'],
  [31, 'router-discovery', 'bool'],
  [32, 'router-solicitation-address', 'address'],
  [33, 'static-routes', 'address-pairs'],
  [34, 'trailer-encapsulation', 'bool'],
  [35, 'arp-cache-timeout', 'uint32'],
  [36, 'ieee802-3-encapsulation', 'bool'],
  [37, 'default-tcp-ttl', 'uint8'],
  [38, 'tcp-keepalive-interval', 'uint32'],
  [39, 'tcp-keepalive-garbage', 'bool'],
  [40, 'nis-domain', 'text'],
  [41, 'nis-servers', 'addresses'],
  [42, 'ntp-servers', 'addresses'],
  [43, 'vendor-encapsulated-options', 'binary'],
  [44, 'netbios-name-servers', 'addresses'],
  [45, 'netbios-dd-server', 'addresses'],
  [46, 'netbios-node-type', 'uint8'],
  [47, 'netbios-scope', 'text'],
  [48, 'font-servers', 'addresses'],
  [49, 'x-display-manager', 'addresses'],
  [50, 'dhcp-requested-address', 'address', 'only clients send it'],
  [51, 'dhcp-lease-time', 'uint32', 'set `leaseTime`'],
  [52, 'dhcp-option-overload', 'uint8', 'it describes the packet itself'],
  [53, 'dhcp-message-type', 'uint8', PER_CLIENT],
  [54, 'dhcp-server-identifier', 'address', 'it follows from `address`'],
  [55, 'dhcp-parameter-request-list', 'uint8s', 'only clients send it'],
  [56, 'dhcp-message', 'text', PER_CLIENT],
  [57, 'dhcp-max-message-size', 'uint16', 'only clients send it'],
  [58, 'dhcp-renewal-time', 'uint32', 'set `renewTime`'],
  [59, 'dhcp-rebinding-time', 'uint32', 'set `rebindTime`'],
  [60, 'vendor-class-identifier', 'text', PER_CLIENT],
  [61, 'dhcp-client-identifier', 'binary', PER_CLIENT],
  [62, 'nwip-domain-name', 'text'],
  [63, 'nwip-suboptions', 'binary'],
  [64, 'nisplus-domain-name', 'text'],
  [65, 'nisplus-servers', 'addresses'],
  [66, 'tftp-server-name', 'text'],
  [67, 'boot-file-name', 'text'],
  [68, 'mobile-ip-home-agent', 'addresses'],
  [69, 'smtp-server', 'addresses'],
  [70, 'pop-server', 'addresses'],
  [71, 'nntp-server', 'addresses'],
  [72, 'www-server', 'addresses'],
  [73, 'finger-server', 'addresses'],
  [74, 'irc-server', 'addresses'],
  [75, 'streettalk-server', 'addresses'],
  [76, 'streettalk-directory-assistance-server', 'addresses'],
  [77, 'user-class', 'binary', 'only clients send it'],
  [78, 'slp-directory-agent', 'binary'],
  [79, 'slp-service-scope', 'binary'],
  [80, 'rapid-commit', 'binary', 'Hearth always takes four messages'],
  [81, 'fqdn', 'binary', PER_CLIENT],
  [82, 'dhcp-agent-options', 'binary', 'relays send it and get it back'],
  [83, 'isns', 'binary'],
  [85, 'nds-servers', 'addresses'],
  [86, 'nds-tree-name', 'text'],
  [87, 'nds-context', 'text'],
  [88, 'bcms-controller-names', 'fqdns'],
  [89, 'bcms-controller-address', 'addresses'],
  [90, 'authenticate', 'binary', 'RFC 3118 authentication is not offered'],
  [91, 'client-last-transaction-time', 'uint32', 'it belongs to lease queries'],
  [92, 'associated-ip', 'addresses', 'it belongs to lease queries'],
  [93, 'client-system', 'uint16s', 'only clients send it'],
  [94, 'client-ndi', 'binary', 'only clients send it'],
  [97, 'uuid-guid', 'binary', PER_CLIENT],
  [98, 'uap-servers', 'text'],
  [99, 'geoconf-civic', 'binary'],
  [100, 'pcode', 'text'],
  [101, 'tcode', 'text'],
  [108, 'v6-only-preferred', 'uint32'],
  [112, 'netinfo-server-address', 'addresses'],
  [113, 'netinfo-server-tag', 'text'],
  [114, 'v4-captive-portal', 'text'],
  [116, 'auto-config', 'uint8'],
  [117, 'name-service-search', 'uint16s'],
  [118, 'subnet-selection', 'address', 'only clients send it'],
  [119, 'domain-search', 'fqdns'],
  [120, 'sip-servers', 'binary'],
  [121, 'classless-static-route', 'routes'],
  [122, 'cablelabs-client-configuration', 'binary'],
  [123, 'geoconf', 'binary'],
  [124, 'vivco-suboptions', 'binary'],
  [125, 'vivso-suboptions', 'binary'],
  [136, 'pana-agent', 'addresses'],
  [137, 'v4-lost', 'fqdn'],
  [138, 'capwap-ac-v4', 'addresses'],
  [139, 'ipv4-address-mos', 'binary'],
  [140, 'ipv4-fqdn-mos', 'binary'],
  [141, 'sip-ua-cs-domains', 'fqdns'],
  [142, 'ipv4-address-andsf', 'addresses'],
  [143, 'v4-sztp-redirect', 'binary'],
  [144, 'geoloc', 'binary'],
  [146, 'rdnss-selection', 'binary'],
  [150, 'tftp-server-address', 'addresses'],
  [159, 'v4-portparams', 'binary'],
  [161, 'mud-url', 'text'],
  [162, 'v4-dnr', 'binary'],
  [175, 'etherboot', 'binary'],
  [208, 'pxelinux-magic', 'binary'],
  [209, 'configuration-file', 'text'],
  [210, 'path-prefix', 'text'],
  [211, 'reboot-time', 'uint32'],
  [212, 'option-6rd', 'binary'],
  [213, 'v4-access-domain', 'fqdn'],
  [220, 'subnet-allocation', 'binary'],
  [221, 'virtual-subnet-selection', 'binary'],
  [249, 'microsoft-classless-static-route', 'routes'],
  [252, 'wpad', 'text'],
];

const DEFINITIONS: readonly OptionDefinition[] = ROWS.map(([code, name, type, managed]) => ({
  code,
  name,
  type,
  ...(managed === undefined ? {} : { managed }),
}));
const BY_NAME = new Map(DEFINITIONS.map((definition) => [definition.name, definition]));
const BY_CODE = new Map(DEFINITIONS.map((definition) => [definition.code, definition]));

/**
 * The definition of an option by its IANA name as Kea spells it (`log-servers`) or by its code (`"224"`). A code that
 * the registry does not name is `binary`.
 *
 * @returns undefined for an unknown name and for codes that are no option (0, 255, above)
 */
export function optionByName(name: string): OptionDefinition | undefined {
  if (/^\d{1,3}$/.test(name)) return optionByCode(Number(name));
  return BY_NAME.get(name);
}

export function optionByCode(code: number): OptionDefinition | undefined {
  if (!Number.isInteger(code) || code < 1 || code > 254) return undefined;
  return BY_CODE.get(code) ?? { code, name: String(code), type: 'binary' };
}

/** Every named option, for documentation and suggestions. */
export function optionNames(): readonly string[] {
  return [...BY_NAME.keys()];
}
