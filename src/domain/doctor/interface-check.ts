import { formatSubnet, subnetContains } from '../../protocol/address/subnet.ts';
import { ok, problem, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { ConfiguredNetwork, Snapshot } from './snapshot.ts';

/** Whether each network's interface is there, up, connected and has its address. */
export function checkInterfaces(snapshot: Snapshot): readonly Finding[] {
  if (snapshot.config.kind !== 'read') return [];
  return snapshot.config.networks.flatMap((network) => checkInterface(network, snapshot));
}

function checkInterface(network: ConfiguredNetwork, { interfaces }: Snapshot): readonly Finding[] {
  const { name, interface: device, subnet, address } = network;
  const subject = `network ${name}`;
  if (device === undefined) return [ok(subject, `${name} is reached through relays; no interface is needed`)];
  const state = interfaces.get(device);
  if (state === undefined) {
    const known = [...interfaces.keys()].filter((one) => one !== 'lo').join(', ');
    return [
      problem(
        subject,
        `interface ${device} does not exist`,
        `Plug it in, or correct \`interface\` in hearth.yaml. This machine has: ${known === '' ? 'none' : known}.`,
      ),
    ];
  }
  if (!state.up)
    return [problem(subject, `interface ${device} is down`, `Bring it up: ip link set ${device} up`)];
  if (!state.addresses.includes(address)) {
    const inSubnet = state.addresses.find((one) => subnetContains(subnet, one));
    const remedy =
      inSubnet === undefined
        ? `Give it the address: ip address add ${address}/${subnet.prefix} dev ${device}`
        : `It has ${inSubnet} instead: set \`address: ${inSubnet}\` in hearth.yaml, or add ${address} to it.`;
    return [problem(subject, `interface ${device} does not have the address ${address}`, remedy)];
  }
  if (!state.carrier) {
    return [
      warning(
        subject,
        `interface ${device} has no link: nothing is connected or the other side is off`,
        'Check the cable and the switch port.',
      ),
    ];
  }
  return [ok(subject, `interface ${device} is up with ${address} in ${formatSubnet(subnet)}`)];
}
