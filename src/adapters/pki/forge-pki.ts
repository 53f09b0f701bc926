import { X509Certificate, createHash, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { Problem } from '../../domain/error/problem.ts';
import { familyOf, firstAddresses } from '../../domain/cluster/address.ts';
import type { CertificateInformation } from '../../domain/cluster/config.ts';
import type {
  AdminCertificateRequest,
  CertificateAndKey,
  ClusterPki,
  PkiAuthority,
} from '../../domain/cluster/pki.ts';
import type { Clock, Instant } from '../../domain/time/clock.ts';

const DAY = 24 * 60 * 60 * 1000;
const CA_YEARS = 20;
const ADMIN_DAYS = 365;

/** Clocks of hosts that never had a battery are behind at first boot; kubeadm backdates too. */
const BACKDATED = 5 * 60 * 1000;

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

interface Subject {
  readonly commonName: string;
  readonly information?: CertificateInformation;
  readonly organisation?: string;
}

/**
 * The cluster's certificates, as `ocne` 2.3 makes them: RSA-2048, keys in PKCS#1. Keys come from the thread pool of
 * node:crypto; node-forge puts the certificates together, and node:crypto checks every one before it leaves.
 */
export class ForgePki implements PkiAuthority {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async createCa(commonName: string, information: CertificateInformation): Promise<CertificateAndKey> {
    return this.#selfSigned({ commonName, information }, []);
  }

  async createClusterPki(commonName: string, information: CertificateInformation): Promise<ClusterPki> {
    const usage = [
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true, keyCertSign: true },
    ];
    const [ca, etcdCa, frontProxyCa, serviceAccount] = await Promise.all([
      this.createCa(commonName, information),
      this.#selfSigned({ commonName: 'etcd-ca' }, usage),
      this.#selfSigned({ commonName: 'front-proxy-ca' }, usage),
      rsaKeyPair(),
    ]);
    return { ca, etcdCa, frontProxyCa, serviceAccount };
  }

  async createAdminCertificate(
    ca: CertificateAndKey,
    request: AdminCertificateRequest,
  ): Promise<CertificateAndKey> {
    const pair = await rsaKeyPair();
    const authority = forge.pki.certificateFromPem(ca.certificate);
    const now = this.#clock.now();
    const certificate = blank(pair, now, now + (request.days ?? ADMIN_DAYS) * DAY);
    certificate.setSubject(attributes({ commonName: 'admin', organisation: 'system:masters' }));
    certificate.setIssuer(issuerFields(authority));
    certificate.setExtensions([
      {
        name: 'keyUsage',
        critical: true,
        digitalSignature: true,
        keyEncipherment: true,
        dataEncipherment: true,
      },
      { name: 'extKeyUsage', clientAuth: true, serverAuth: true },
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'subjectAltName', altNames: adminNames(request) },
    ]);
    certificate.sign(forge.pki.privateKeyFromPem(ca.key), forge.md.sha256.create());
    return checked(certificate, pair.privateKey, ca.certificate);
  }

  pinsOf(certificates: string): string[] {
    return splitPem(certificates).map((pem) => {
      const spki = parseCertificate(pem).publicKey.export({ type: 'spki', format: 'der' });
      return `sha256:${createHash('sha256').update(spki).digest('hex')}`;
    });
  }

  expiryOf(certificate: string): Instant {
    return parseCertificate(certificate).validToDate.getTime();
  }

  async #selfSigned(subject: Subject, usage: object[]): Promise<CertificateAndKey> {
    const pair = await rsaKeyPair();
    const now = this.#clock.now();
    const certificate = blank(pair, now, addYears(now, CA_YEARS));
    certificate.setSubject(attributes(subject));
    certificate.setIssuer(attributes(subject));
    certificate.setExtensions([
      { name: 'basicConstraints', critical: true, cA: true },
      ...usage,
      { name: 'subjectKeyIdentifier' },
    ]);
    certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
    return checked(certificate, pair.privateKey);
  }
}

const generate = promisify(generateKeyPair);

async function rsaKeyPair(): Promise<KeyPair> {
  return generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

function blank(pair: KeyPair, notBefore: Instant, notAfter: Instant): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(notBefore - BACKDATED);
  certificate.validity.notAfter = new Date(notAfter);
  return certificate;
}

/** 160 bits, positive and not zero (RFC 5280, section 4.1.2.2 allows 20 octets, so the sign bit must be clear). */
function serialNumber(): string {
  const bytes = randomBytes(20);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function attributes({ commonName, information, organisation }: Subject): forge.pki.CertificateField[] {
  const fields: [string, string | undefined][] = [
    ['countryName', information?.country],
    ['stateOrProvinceName', information?.state],
    ['organizationName', information?.org ?? organisation],
    ['commonName', commonName],
  ];
  return (
    fields
      .filter((field): field is [string, string] => field[1] !== undefined && field[1] !== '')
      // A country is a PrintableString (RFC 5280, appendix A); the others may hold any letter.
      .map(([name, value]) =>
        name === 'countryName'
          ? { name, value }
          : { name, value, valueTagClass: forge.asn1.Type.UTF8 as never },
      )
  );
}

/** forge hands out the UTF-8 bytes of a parsed name and would encode them once more. */
function issuerFields(authority: forge.pki.Certificate): forge.pki.CertificateField[] {
  const utf8 = forge.asn1.Type.UTF8 as never;
  return authority.subject.attributes.map((field) =>
    field.valueTagClass === utf8 && typeof field.value === 'string'
      ? { ...field, value: forge.util.decodeUtf8(field.value) }
      : field,
  );
}

/** An address that is not one, such as a load balancer's host name, becomes a DNS name and not an empty entry. */
function adminNames(request: AdminCertificateRequest): object[] {
  const names = ['kubernetes', 'kubernetes.default'];
  names.push(
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster',
    'kubernetes.default.svc.cluster.local',
  );
  const addresses = [...firstAddresses(request.serviceSubnet), '127.0.0.1'];
  (familyOf(request.endpointHost) === undefined ? names : addresses).push(request.endpointHost);
  return [...names.map((value) => ({ type: 2, value })), ...addresses.map((ip) => ({ type: 7, ip }))];
}

/** What forge has put together is trusted only after OpenSSL has read it and its signature. */
function checked(certificate: forge.pki.Certificate, key: string, issuer?: string): CertificateAndKey {
  const pem = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
  const parsed = parseCertificate(pem);
  const signer = issuer === undefined ? parsed : parseCertificate(issuer);
  if (!parsed.verify(signer.publicKey))
    throw new Problem('internal', `The certificate for ${parsed.subject} was not signed by its issuer.`);
  return { certificate: pem, key };
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Problem('input-invalid', 'A certificate cannot be read.', { cause });
  }
}

function splitPem(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}

function addYears(instant: Instant, years: number): Instant {
  const date = new Date(instant);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.getTime();
}
