/** Configuration for one kind of DHCP server that is not ours. */
interface Snippet {
  readonly server: string;
  readonly text: string;
}

/**
 * What to set in a DHCP server that stays in charge of the addresses, so that machines boot from here
 * (`dhcp: off`, or where a site forbids a second server). BIOS machines, x64 UEFI machines and a running iPXE are told
 * apart by options 93 (RFC 4578 §2.1) and 77.
 *
 * @param address of the appliance on that network
 * @param port of its provisioning listener
 */
export function foreignDhcpSnippets(address: string, port: number): readonly Snippet[] {
  // `${mac:hexhyp}` is iPXE's own syntax: it fills it in itself.
  const script = `http://${address}:${port}/boot/\${mac:hexhyp}/ipxe`;
  return [
    {
      server: 'dnsmasq',
      text: `dhcp-userclass=set:ipxe,iPXE
dhcp-match=set:efi64,option:client-arch,7
dhcp-match=set:efi64,option:client-arch,9
dhcp-match=set:arm64,option:client-arch,11
dhcp-boot=tag:!ipxe,tag:!efi64,tag:!arm64,undionly.kpxe,,${address}
dhcp-boot=tag:!ipxe,tag:efi64,ipxe.efi,,${address}
dhcp-boot=tag:!ipxe,tag:arm64,ipxe-arm64.efi,,${address}
dhcp-boot=tag:ipxe,${script}
`,
    },
    {
      server: 'ISC dhcpd',
      text: `option client-arch code 93 = unsigned integer 16;
next-server ${address};
if exists user-class and option user-class = "iPXE" {
  filename "${script}";
} elsif option client-arch = 00:07 or option client-arch = 00:09 {
  filename "ipxe.efi";
} elsif option client-arch = 00:0b {
  filename "ipxe-arm64.efi";
} else {
  filename "undionly.kpxe";
}
`,
    },
    { server: 'Kea', text: keaClasses(address, script) },
  ];
}

function keaClasses(address: string, script: string): string {
  const classes = [
    ['hearth-ipxe', "substring(option[77].hex,0,4) == 'iPXE'", script],
    ['hearth-efi64', efi('0x0007', '0x0009'), 'ipxe.efi'],
    ['hearth-arm64', efi('0x000b'), 'ipxe-arm64.efi'],
    ['hearth-bios', "not member('hearth-ipxe') and option[93].hex == 0x0000", 'undionly.kpxe'],
  ];
  const document = classes.map(([name, test, file]) => ({
    name,
    test,
    'next-server': address,
    'boot-file-name': file,
  }));
  return `"client-classes": ${JSON.stringify(document, null, 2)}\n`;
}

function efi(...types: readonly string[]): string {
  const test = types.map((type) => `option[93].hex == ${type}`).join(' or ');
  return `not member('hearth-ipxe') and (${test})`;
}
