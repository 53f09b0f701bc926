import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { APPLIANCE_ROLES, ROLES, clusterOf, decoded, render } from './rendering.ts';
import type { NodeIgnitionInput, NodeRole } from '../../../../src/domain/cluster/node-ignition.ts';

/**
 * Whole configs, decoded, as files that a person can read. `HEARTH_UPDATE_GOLDEN=1` writes them anew; the change is then
 * reviewed like code, with reference section 3 beside it.
 */
const proxied = clusterOf({
  loadBalancer: 'lb.example.com',
  workerNodes: 2,
  registry: 'registry.example:5000',
  sshPublicKey: 'ssh-ed25519 AAAA ops',
  proxy: { httpsProxy: 'http://p.example:3128', httpProxy: 'http://p.example:3128', noProxy: '.example' },
});
const ipv6 = clusterOf({
  virtualIp: 'fd00::10',
  podSubnet: 'fd00:244::/56',
  serviceSubnet: 'fd00:96::/112',
  kubernetesVersion: '1.30',
});
const report = { url: 'http://10.20.0.1:8080/report', bootToken: 'BOOT-TOKEN' };

const CASES: Record<string, [NodeRole, Partial<NodeIgnitionInput>]> = {
  'strict-init-vip': [ROLES.init, { strict: true }],
  'strict-init-lb-proxy': [ROLES.init, { strict: true, cluster: proxied }],
  'strict-control-plane-join-vip': [ROLES['control-plane-join'], { strict: true }],
  'strict-worker-join': [ROLES['worker-join'], { strict: true }],
  'init-vip-ipv6': [ROLES.init, { cluster: ipv6 }],
  'control-plane-join-lb-proxy': [ROLES['control-plane-join'], { cluster: proxied }],
  'appliance-init-vip': [
    APPLIANCE_ROLES.init,
    { host: { hostname: 'cp1', networkInterface: 'eno1', report } },
  ],
  'appliance-control-plane-join-v1beta4': [
    APPLIANCE_ROLES['control-plane-join'],
    { cluster: clusterOf({ kubernetesVersion: '1.34' }), host: { hostname: 'cp2', report } },
  ],
  'appliance-worker-join': [
    APPLIANCE_ROLES['worker-join'],
    { host: { hostname: 'w1', networkInterface: 'eno1', report } },
  ],
};

test.each(Object.entries(CASES))('%s is as recorded', (name, [role, input]) => {
  const file = new URL(`../../../golden/ocne/${name}.txt`, import.meta.url);
  const actual = decoded(render(role, input).config);
  if (process.env['HEARTH_UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  expect(existsSync(file), `${name}.txt is missing; run with HEARTH_UPDATE_GOLDEN=1`).toBe(true);
  expect(actual).toBe(readFileSync(file, 'utf8'));
});
