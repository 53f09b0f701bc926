import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { joinInstructions } from '../../../../src/domain/cluster/join-instructions.ts';
import {
  isBootstrapToken,
  makeBootstrapToken,
  makeCertificateKey,
} from '../../../../src/domain/cluster/secrets.ts';

test('a bootstrap token has the form that kubeadm asks for', () => {
  const tokens = Array.from({ length: 50 }, () => makeBootstrapToken(randomBytes));
  expect(tokens.every(isBootstrapToken)).toBe(true);
  expect(new Set(tokens).size).toBe(50);
  expect(isBootstrapToken('ABCDEF.0123456789abcdef')).toBe(false);
});

test('bytes that would favour some characters are thrown away', () => {
  let next = 250;
  const token = makeBootstrapToken((count) => Uint8Array.from({ length: count }, () => next++ % 256));
  // 250 and 251 are used (34, 35), 252 to 255 are not, then it starts at 0.
  expect(token.startsWith('yz01')).toBe(true);
});

test('a certificate key is 32 bytes in hex', () => {
  expect(makeCertificateKey(() => new Uint8Array(32).fill(10))).toBe('0a'.repeat(32));
});

test('instructions are those of ocne', () => {
  expect(joinInstructions('t.t')).toBe(
    'Run this command before booting the new node to allow it to join the cluster: kubeadm token create t.t\n',
  );
  expect(joinInstructions('t.t', { certificateKey: 'k', node: 'n1' })).toBe(
    'Run these commands before booting the new node to allow it to join the cluster:\n' +
      '\techo "chroot /hostroot kubeadm init phase upload-certs --certificate-key k --upload-certs" | ocne cluster console --node n1\n' +
      '\tkubeadm token create t.t\n',
  );
});
