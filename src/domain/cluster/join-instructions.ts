/** What a person has to do before the new node boots, in `ocne`'s words, for stderr. */
export function joinInstructions(
  token: string,
  controlPlane?: { readonly certificateKey: string; readonly node: string },
): string {
  const createToken = `kubeadm token create ${token}`;
  if (controlPlane === undefined)
    return `Run this command before booting the new node to allow it to join the cluster: ${createToken}\n`;
  const upload = uploadCommand(controlPlane.certificateKey, controlPlane.node);
  return `Run these commands before booting the new node to allow it to join the cluster:\n\t${upload}\n\t${createToken}\n`;
}

/**
 * What is left to do for a further control plane when its token was made: the keys to be uploaded are on the control
 * planes alone, and reading them takes a privileged pod, which `ocne` starts and we do not.
 */
export function uploadInstructions(certificateKey: string, node: string): string {
  return (
    'The token is in the cluster. The keys that control planes share are on the nodes alone, so run this command, and boot the new node within two hours:\n' +
    `\t${uploadCommand(certificateKey, node)}\n`
  );
}

function uploadCommand(certificateKey: string, node: string): string {
  return (
    `echo "chroot /hostroot kubeadm init phase upload-certs --certificate-key ${certificateKey} --upload-certs"` +
    ` | ocne cluster console --node ${node}`
  );
}
