import { netmask } from '../../protocol/address/subnet.ts';
import type { ServedNetwork } from './network.ts';
import { FIRST_STAGES } from './snippet-files.ts';

/** Configuration for a DHCP server that the site runs itself. */
export interface Snippet {
  readonly server: 'ISC dhcpd' | 'Kea' | 'dnsmasq';
  /** Where it goes. */
  readonly file: string;
  readonly text: string;
}

/**
 * What the site's own DHCP server must say so that machines boot from this appliance: for a network with `dhcp: off`.
 * Every value is an address, a number or one of our own file names, so nothing in it can break the quoting.
 */
export function printSnippets(network: ServedNetwork, httpPort: number): readonly Snippet[] {
  return [isc(network, httpPort), kea(network, httpPort), dnsmasq(network, httpPort)];
}

function script({ address }: ServedNetwork, httpPort: number, mac: string): string {
  return `http://${address}:${httpPort}/boot/${mac}/ipxe`;
}

function url({ address }: ServedNetwork, httpPort: number, file: string): string {
  return `http://${address}:${httpPort}/first-stage/${file}`;
}

function isc(network: ServedNetwork, httpPort: number): Snippet {
  const branches = FIRST_STAGES.map(({ type, file, http }, index) => {
    const test = `option hearth-arch = ${type
      .toString(16)
      .padStart(4, '0')
      .replace(/^(..)(..)$/, '$1:$2')}`;
    const name = http ? url(network, httpPort, file) : file;
    const echo = http ? '    option vendor-class-identifier "HTTPClient";\n' : '';
    return `  ${index === 0 ? 'if' : '} elsif'} ${test} {\n${echo}    filename "${name}";`;
  });
  return {
    server: 'ISC dhcpd',
    file: '/etc/dhcp/dhcpd.conf',
    text: [
      'option hearth-arch code 93 = unsigned integer 16;',
      `subnet ${network.subnet.base} netmask ${netmask(network.subnet.prefix)} {`,
      `  next-server ${network.nextServer};`,
      '  if exists user-class and option user-class = "iPXE" {',
      // iPXE fills in ${mac:hexhyp} when it reads the name.
      `    filename "${script(network, httpPort, '${mac:hexhyp}')}";`,
      ...branches.map((branch, index) => (index === 0 ? branch.replace('  if', '  } elsif') : branch)),
      '  }',
      '}',
      '',
    ].join('\n'),
  };
}

function kea(network: ServedNetwork, httpPort: number): Snippet {
  const isIpxe =
    "option[77].exists and (option[77].text == 'iPXE' or substring(option[77].hex, 1, 4) == 'iPXE')";
  const classes: object[] = [
    {
      name: 'hearth-ipxe',
      test: isIpxe,
      'next-server': network.nextServer,
      'option-data': [{ name: 'boot-file-name', data: script(network, httpPort, '${mac:hexhyp}') }],
    },
    ...FIRST_STAGES.map(({ type, file, http }) => ({
      name: `hearth-arch-${type}`,
      test: `option[93].hex == 0x${type.toString(16).padStart(4, '0')} and not (${isIpxe})`,
      'next-server': network.nextServer,
      'boot-file-name': http ? url(network, httpPort, file) : file,
      ...(http ? { 'option-data': [{ name: 'vendor-class-identifier', data: 'HTTPClient' }] } : {}),
    })),
  ];
  return {
    server: 'Kea',
    file: '/etc/kea/kea-dhcp4.conf, inside "Dhcp4"',
    text: `${JSON.stringify({ 'client-classes': classes }, null, 2)}\n`,
  };
}

function dnsmasq(network: ServedNetwork, httpPort: number): Snippet {
  const lines = FIRST_STAGES.flatMap(({ type, file, http }) => {
    const tag = `hearth-${type}`;
    const match = `dhcp-match=set:${tag},option:client-arch,${type}`;
    return http
      ? [
          match,
          `dhcp-option-force=tag:${tag},tag:!ipxe,60,HTTPClient`,
          `dhcp-boot=tag:${tag},tag:!ipxe,${url(network, httpPort, file)}`,
        ]
      : [match, `dhcp-boot=tag:${tag},tag:!ipxe,${file},,${network.nextServer}`];
  });
  return {
    server: 'dnsmasq',
    file: '/etc/dnsmasq.d/hearth.conf',
    text: [
      'dhcp-userclass=set:ipxe,iPXE',
      `dhcp-boot=tag:ipxe,${script(network, httpPort, '${mac:hexhyp}')},,${network.nextServer}`,
      ...lines,
      '',
    ].join('\n'),
  };
}
