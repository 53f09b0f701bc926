import { inlineFile } from '../../protocol/ignition/file.ts';
import type { IgnitionFile } from '../../protocol/ignition/config.ts';
import type { CertificateAndKey, ClusterPki } from './pki.ts';

const DIRECTORY = '/etc/kubernetes/pki';

/** The cluster CA alone, as `ocne` hands it to the first node. Mode 0600 for the certificate too, as there. */
export function caFiles(ca: CertificateAndKey): IgnitionFile[] {
  return pair('ca', ca);
}

/**
 * Everything that control planes share. With all of it in place kubeadm neither makes keys of its own nor needs to
 * download any, so nothing has to be uploaded to the cluster.
 */
export function sharedPkiFiles(pki: ClusterPki): IgnitionFile[] {
  return [
    ...pair('ca', pki.ca),
    ...pair('etcd/ca', pki.etcdCa),
    ...pair('front-proxy-ca', pki.frontProxyCa),
    inlineFile(`${DIRECTORY}/sa.key`, pki.serviceAccount.privateKey, { mode: 0o600 }),
    inlineFile(`${DIRECTORY}/sa.pub`, pki.serviceAccount.publicKey, { mode: 0o600 }),
  ];
}

function pair(name: string, { certificate, key }: CertificateAndKey): IgnitionFile[] {
  return [
    inlineFile(`${DIRECTORY}/${name}.crt`, certificate, { mode: 0o600 }),
    inlineFile(`${DIRECTORY}/${name}.key`, key, { mode: 0o600 }),
  ];
}
