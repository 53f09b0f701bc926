/** What a person has to do before the new node boots, in `ocne`'s words, for stderr. */
export function joinInstructions(
  token: string,
  controlPlane?: { readonly certificateKey: string; readonly node: string },
): string {
  const createToken = `kubeadm token create ${token}`;
  if (controlPlane === undefined)
    return `Run this command before booting the new node to allow it to join the cluster: ${createToken}\n`;
  const upload =
    `echo "chroot /hostroot kubeadm init phase upload-certs --certificate-key ${controlPlane.certificateKey} --upload-certs"` +
    ` | ocne cluster console --node ${controlPlane.node}`;
  return `Run these commands before booting the new node to allow it to join the cluster:\n\t${upload}\n\t${createToken}\n`;
}
