import { X509Certificate, createPrivateKey, generateKeyPair } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { Clock, Instant } from '../../../domain/time/clock.ts';

const makeKeyPair = promisify(generateKeyPair);

const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Browsers refuse server certificates that live longer than 398 days. */
const SERVER_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
/** A clock that is a day behind must still accept what was made just now. */
const BACKDATE_MS = DAY_MS;

/** A certificate with its key, PEM. */
interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** What the TLS listener shows. */
export interface ServerIdentity extends Identity {
  /** The authority's certificate, to be trusted by browsers and by `--server`. */
  readonly authority: string;
  /** SHA-256 of the authority's certificate, to be compared by eye. */
  readonly authorityFingerprint: string;
  /** SHA-256 of the server's own certificate, which browsers show. */
  readonly fingerprint: string;
  readonly renewAt: Instant;
}

/**
 * The appliance's own authority and server certificate, made when they are missing, run out soon, or lack one of the
 * names. Keys come from node:crypto, in its thread pool; forge only signs, and what it made is checked by node:crypto.
 */
export async function serverIdentity(
  keysDirectory: string,
  names: readonly string[],
  clock: Clock,
): Promise<ServerIdentity> {
  const now = clock.now();
  const oldAuthority = await read(keysDirectory, 'admin-ca');
  const authority =
    oldAuthority !== undefined && !runsOut(oldAuthority, now)
      ? oldAuthority
      : await write(keysDirectory, 'admin-ca', await makeAuthority(now));
  const oldServer = await read(keysDirectory, 'admin');
  const server =
    oldServer !== undefined && isGood(oldServer, authority, names, now)
      ? oldServer
      : await write(keysDirectory, 'admin', await makeServer(authority, names, now));
  const certificate = new X509Certificate(server.certificate);
  return {
    ...server,
    authority: authority.certificate,
    authorityFingerprint: new X509Certificate(authority.certificate).fingerprint256,
    fingerprint: certificate.fingerprint256,
    renewAt: Date.parse(certificate.validTo) - RENEW_BEFORE_DAYS * DAY_MS,
  };
}

/** The names under which this machine may be reached: its own, its addresses, loopback, and what it listens on. */
export function machineNames(listenHost: string): readonly string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const usable = addresses.map(({ address }) => address).filter((address) => !address.startsWith('fe80:'));
  const listen = ['', '0.0.0.0', '::'].includes(listenHost) ? [] : [listenHost];
  return [...new Set(['localhost', hostname().toLowerCase(), '127.0.0.1', '::1', ...listen, ...usable])];
}

function isGood(server: Identity, authority: Identity, names: readonly string[], now: Instant): boolean {
  if (runsOut(server, now)) return false;
  const certificate = new X509Certificate(server.certificate);
  if (!certificate.verify(new X509Certificate(authority.certificate).publicKey)) return false;
  if (!certificate.checkPrivateKey(createPrivateKey(server.key))) return false;
  return names.every((name) => {
    return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
  });
}

function runsOut(identity: Identity, now: Instant): boolean {
  return Date.parse(new X509Certificate(identity.certificate).validTo) - now < RENEW_BEFORE_DAYS * DAY_MS;
}

async function makeAuthority(now: Instant): Promise<Identity> {
  const name = `Hearth on ${hostname()}`.slice(0, 64);
  return issue({ name, days: CA_DAYS, now }, undefined, [
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
}

async function makeServer(authority: Identity, names: readonly string[], now: Instant): Promise<Identity> {
  // GeneralName of RFC 5280 §4.2.1.6: 2 is dNSName, 7 iPAddress.
  const altNames = names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
  return issue({ name: 'Hearth administration', days: SERVER_DAYS, now }, authority, [
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
    { name: 'subjectKeyIdentifier' },
  ]);
}

interface Subject {
  readonly name: string;
  readonly days: number;
  readonly now: Instant;
}

async function issue(
  subject: Subject,
  issuer: Identity | undefined,
  extensions: readonly unknown[],
): Promise<Identity> {
  const { publicKey, privateKey: key } = await makeKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // RFC 5280 §4.1.2.2: positive, at most 20 octets; the first octet 4x keeps it positive and without padding.
  certificate.serialNumber = `4${forge.util.bytesToHex(forge.random.getBytesSync(16)).slice(1)}`;
  certificate.validity.notBefore = new Date(subject.now - BACKDATE_MS);
  certificate.validity.notAfter = new Date(subject.now + subject.days * DAY_MS);
  const own = [{ name: 'commonName', value: subject.name }];
  certificate.setSubject(own);
  certificate.setIssuer(
    issuer === undefined ? own : forge.pki.certificateFromPem(issuer.certificate).subject.attributes,
  );
  certificate.setExtensions([...extensions]);
  certificate.sign(forge.pki.privateKeyFromPem(issuer?.key ?? key), forge.md.sha256.create());
  return { certificate: forge.pki.certificateToPem(certificate).replaceAll('\r', ''), key };
}

async function read(directory: string, name: string): Promise<Identity | undefined> {
  try {
    const certificate = await readFile(join(directory, `${name}.crt`), 'utf8');
    const key = await readFile(join(directory, `${name}.key`), 'utf8');
    new X509Certificate(certificate);
    return { certificate, key };
  } catch {
    // Missing, or cut off by a power failure: it is made anew.
    return undefined;
  }
}

async function write(directory: string, name: string, identity: Identity): Promise<Identity> {
  await replaceFile(join(directory, `${name}.key`), identity.key, 0o600);
  await replaceFile(join(directory, `${name}.crt`), identity.certificate, 0o644);
  return identity;
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode, flush: true });
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}
