import ipaddr from 'ipaddr.js';

/** The tenth address of a service subnet: kubeadm tells every kubelet that cluster DNS is there (constants.GetDNSIP). */
export function dnsAddress(serviceSubnet: string): string {
  const [base, bits] = ipaddr.parseCIDR(serviceSubnet);
  const bytes = base.toByteArray();
  const mask = bytes.map((_, index) => (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff);
  const network = bytes.map((byte, index) => byte & (mask[index] ?? 0));
  // Kubernetes wants service subnets of 8 addresses at least and this one of 16; no carry leaves the last byte.
  network[network.length - 1] = (network.at(-1) ?? 0) + 10;
  return ipaddr.fromByteArray(network).toString();
}
