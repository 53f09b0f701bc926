import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/adapters/log/logger.ts';
import { loggedPath } from '../../../../src/adapters/log/redact.ts';
import { randomSecret } from '../../../../src/domain/access/random-secret.ts';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ destination: { write: (line: string) => void lines.push(line) } }));
  return lines.join('');
}

const token = randomSecret();

describe('the log', () => {
  it('is lines of JSON with a time and a level in words', () => {
    const line = JSON.parse(logged((log) => log.warn({ host: 'node1' }, 'hello'))) as Record<string, unknown>;
    expect(line).toMatchObject({ level: 'warn', host: 'node1', msg: 'hello' });
    expect(Date.parse(String(line['time']))).not.toBeNaN();
  });

  it('shows no value under a key that names a secret, at any depth in use', () => {
    const text = logged((log) => {
      log.info({ password: 'hunter2', user: { passwordHash: 'hunter2' }, a: { b: { cookie: 'hunter2' } } });
      log.info({ headers: { authorization: 'hunter2', 'set-cookie': 'hunter2' }, token: 'hunter2' });
    });
    expect(text).not.toContain('hunter2');
    expect(text.match(/\[masked\]/g)).toHaveLength(6);
  });

  it('shows no secret that slipped into a message or an error', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----';
    const text = logged((log) => {
      log.info(`fetched /t/${token}/ignition`);
      log.error({ err: new Error(`refused hearth_${token}`, { cause: new Error(token) }) }, 'failed');
      log.info(`join with abcdef.0123456789abcdef`);
      log.info(`the key is ${key}`);
    });
    for (const secret of [token, '0123456789abcdef', 'MIIEpAIBAAKCAQEA']) expect(text).not.toContain(secret);
  });

  it('keeps what only looks a little like a secret', () => {
    const sha256 = 'a'.repeat(64);
    const text = logged((log) => log.info(`host node1 52:54:00:12:34:56 sha256 ${sha256} at 10.20.0.1`));
    expect(text).toContain(`host node1 52:54:00:12:34:56 sha256 ${sha256} at 10.20.0.1`);
  });

  it('has paths without queries and tokens, and not endless ones', () => {
    expect(loggedPath(`/t/${token}/kickstart?password=x#y`)).toBe('/t/[masked]/kickstart');
    expect(loggedPath(`/${'x'.repeat(5000)}`)).toHaveLength(300);
  });
});
