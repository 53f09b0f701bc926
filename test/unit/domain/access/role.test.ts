import { describe, expect, it } from 'vitest';
import { hashPassword, verifyPassword } from '../../../../src/domain/access/password.ts';
import { refusal } from '../../../../src/domain/access/role.ts';
import type { Principal } from '../../../../src/domain/access/role.ts';

const who = (change: Partial<Principal> = {}): Principal => ({
  name: 'x',
  role: 'administrator',
  via: 'session',
  mustChangePassword: false,
  ...change,
});

describe('what somebody may do', () => {
  it.each([
    ['public', undefined, undefined],
    ['self', undefined, 'sign-in-required'],
    ['read', undefined, 'sign-in-required'],
    ['write', undefined, 'sign-in-required'],
    ['read', who({ role: 'viewer' }), undefined],
    ['write', who({ role: 'viewer' }), 'forbidden'],
    ['write', who(), undefined],
    ['self', who({ mustChangePassword: true }), undefined],
    ['read', who({ mustChangePassword: true }), 'password-change-required'],
    ['write', who({ mustChangePassword: true }), 'password-change-required'],
  ] as const)('%s for %o: %s', (permission, principal, outcome) => {
    expect(refusal(permission, principal)).toBe(outcome);
  });
});

describe('a password hash', () => {
  it('is argon2id with its own salt, and verifies only its password', async () => {
    const [first, second] = await Promise.all([hashPassword('one'), hashPassword('one')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(await verifyPassword('one', first)).toBe(true);
    expect(await verifyPassword('two', first)).toBe(false);
  });

  it('made on a Node without argon2 still verifies', async () => {
    // scrypt of "one", made with Python's hashlib: n=2**14, r=8, p=1, salt 0123456789abcdef.
    const stored = '$scrypt$ln=14,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$1DGcaJpBs5UR//qmPJdaAIiRht7sU8DRHCWcgQIzDPg';
    expect(await verifyPassword('one', stored)).toBe(true);
    expect(await verifyPassword('two', stored)).toBe(false);
  });

  it('that is damaged verifies nothing', async () => {
    for (const stored of ['', 'plain', '$argon2id$v=19$m=8,t=1,p=1$$', '$scrypt$ln=14$x$y']) {
      expect(await verifyPassword('', stored)).toBe(false);
    }
  });
});
