import type { CertificateAndKey, ClusterPki } from './pki.ts';

/** What the first control plane is born with. */
export type InitSecrets =
  | {
      /** `ocne`'s way: the CA alone; the node makes the rest and uploads it under the certificate key. */
      readonly kind: 'ca-only';
      readonly ca: CertificateAndKey;
      /** 64 hex digits; the Secret `kubeadm-certs` made with it lives two hours. */
      readonly certificateKey: string;
    }
  | { readonly kind: 'whole-pki'; readonly pki: ClusterPki };

export interface JoinSecrets {
  readonly bootstrapToken: string;
  /** SPKI pins, `sha256:<hex>`. */
  readonly caCertHashes: readonly string[];
}

/** What a further control plane needs beyond joining: the key to download certificates, or the certificates. */
export type ControlPlaneSecrets =
  | { readonly kind: 'certificate-key'; readonly certificateKey: string }
  | { readonly kind: 'whole-pki'; readonly pki: ClusterPki };

/** Random bytes; the only source of secrets in domain. */
export type RandomBytes = (count: number) => Uint8Array;

const TOKEN_ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A kubeadm bootstrap token, `[a-z0-9]{6}.[a-z0-9]{16}`. */
export function makeBootstrapToken(random: RandomBytes): string {
  return `${characters(6, random)}.${characters(16, random)}`;
}

/** 32 random bytes in hex. */
export function makeCertificateKey(random: RandomBytes): string {
  return Array.from(random(32), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function isBootstrapToken(text: string): boolean {
  return /^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(text);
}

// Bytes from 252 up would favour the first characters of the alphabet and are thrown away.
function characters(count: number, random: RandomBytes): string {
  let text = '';
  while (text.length < count)
    for (const byte of random(count)) {
      if (byte < 252 && text.length < count) text += TOKEN_ALPHABET.charAt(byte % 36);
    }
  return text;
}
