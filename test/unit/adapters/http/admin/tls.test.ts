import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverIdentity } from '../../../../../src/adapters/http/server/certificate.ts';
import { listenOnUnixSocket } from '../../../../../src/adapters/http/server/unix-socket.ts';
import { listenWithTls } from '../../../../../src/adapters/http/server/tls.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

let keys: string;
const NAMES = ['localhost', '127.0.0.1', '::1', 'hearth.example'];
const DAY = 86_400;

beforeEach(() => {
  keys = mkdtempSync(join(tmpdir(), 'hearth-tls-'));
});

afterEach(() => rmSync(keys, { recursive: true }));

describe('the certificate of the administration', () => {
  it('is signed by the appliance’s own authority, for every name, and node:crypto agrees', async () => {
    const identity = await serverIdentity(keys, NAMES, new FakeClock());
    const certificate = new X509Certificate(identity.certificate);
    const authority = new X509Certificate(identity.authority);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkHost('hearth.example')).toBe('hearth.example');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(identity.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    for (const name of ['admin-ca.key', 'admin.key']) {
      expect(statSync(join(keys, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('stays through restarts, so that trust once given holds', async () => {
    const clock = new FakeClock();
    const first = await serverIdentity(keys, NAMES, clock);
    const second = await serverIdentity(keys, NAMES, clock);
    expect(second.fingerprint).toBe(first.fingerprint);
  });

  it('is made anew by the same authority before it runs out, and when a name is added', async () => {
    const clock = new FakeClock();
    const first = await serverIdentity(keys, NAMES, clock);
    clock.advance(368 * DAY);
    const renewed = await serverIdentity(keys, NAMES, clock);
    expect(renewed.fingerprint).not.toBe(first.fingerprint);
    expect(renewed.authorityFingerprint).toBe(first.authorityFingerprint);
    const named = await serverIdentity(keys, [...NAMES, '10.1.2.3'], clock);
    expect(new X509Certificate(named.certificate).checkIP('10.1.2.3')).toBe('10.1.2.3');
    expect(named.authorityFingerprint).toBe(first.authorityFingerprint);
  });

  it('is made anew when a power cut left half a file', async () => {
    const clock = new FakeClock();
    await serverIdentity(keys, NAMES, clock);
    writeFileSync(join(keys, 'admin.crt'), '-----BEGIN CERT');
    const again = await serverIdentity(keys, NAMES, clock);
    expect(new X509Certificate(again.certificate).checkHost('localhost')).toBe('localhost');
  });

  it('is taken up by the running listener', async () => {
    const clock = new FakeClock();
    const options = { host: '127.0.0.1', port: 0, keysDirectory: keys, clock, onFault: () => undefined };
    const listener = await listenWithTls(options, (_req, res) => res.end());
    clock.advance(368 * DAY);
    expect((await listener.renew()).fingerprint).not.toBe(listener.identity.fingerprint);
    await listener.close();
  });
});

describe('listening', () => {
  it('says which port is taken', async () => {
    const options = {
      host: '127.0.0.1',
      keysDirectory: keys,
      clock: new FakeClock(),
      onFault: () => undefined,
    };
    const first = await listenWithTls({ ...options, port: 0 }, (_req, res) => res.end());
    await expect(listenWithTls({ ...options, port: first.port }, () => undefined)).rejects.toMatchObject({
      code: 'port-in-use',
    });
    await expect(
      listenWithTls({ ...options, host: '192.0.2.1', port: 0 }, () => undefined),
    ).rejects.toMatchObject({
      code: 'interface-missing',
    });
    await first.close();
  });

  it('replaces a dead socket, but never a file of another kind', async () => {
    const path = join(keys, 'hearth.sock');
    writeFileSync(path, 'precious');
    await expect(listenOnUnixSocket(path, () => undefined)).rejects.toThrow('in the way');
    rmSync(path);
    const first = await listenOnUnixSocket(path, () => undefined);
    const second = await listenOnUnixSocket(path, () => undefined);
    await first.close();
    await second.close();
    await expect(listenOnUnixSocket(`/${'x'.repeat(120)}`, () => undefined)).rejects.toThrow('longer than');
  });
});
