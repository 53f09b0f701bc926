import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../../src/domain/error/problem.ts';
import { command, hostAnswer } from './fake-cli.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-clusters-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const UP = 'POST /api/v1/clusters/rack1/up';

function member(name: string, state: string): object {
  const assignment = { cluster: 'rack1', role: 'worker' };
  return hostAnswer({ name, state, assignment, waiting: `${name} waits to be powered on.` });
}

function event(id: number, text: string, type = 'host.state'): object {
  return { id, at: 1_000_000, level: 'info', type, text };
}

describe('hearth cluster up', () => {
  it('sends what was asked for, and prints what each host waits for', async () => {
    const answer = { hosts: [member('a', 'armed')], armed: ['a'], warnings: ['An odd number is better'] };
    const run = await command(
      [
        'cluster',
        'up',
        'rack1',
        '--control-planes',
        '1',
        '--workers',
        '0',
        '--select',
        'row=1',
        '--hosts',
        'a,b',
      ],
      { [UP]: answer },
    );
    expect(run.code).toBe(0);
    expect(run.calls[0]?.body).toMatchObject({
      controlPlanes: 1,
      workers: 0,
      select: { row: '1' },
      hosts: ['a', 'b'],
    });
    expect(run.out).toMatch(
      /a +worker +armed +.*powered on[^]*Armed for rack1: a\. Power them on, in any order/,
    );
    expect(run.err).toContain('An odd number is better');
  });

  it('refuses counts and labels that make no sense', async () => {
    expect((await command(['cluster', 'up', 'rack1', '--workers', '-1'])).code).toBe(2);
    expect((await command(['cluster', 'up', 'rack1', '--select', 'row'])).code).toBe(2);
    expect((await command(['cluster', 'up', 'rack1', '--hosts', ','])).code).toBe(2);
  });

  const waiting = (last: object[], state: string): Record<string, unknown> => {
    let looks = 0;
    return {
      [UP]: { hosts: [member('a', 'armed')], armed: ['a'], warnings: [] },
      'GET /api/v1/events?limit=1': [event(41, 'x')],
      get 'GET /api/v1/hosts?cluster=rack1'() {
        looks += 1;
        return [member('a', looks > 1 ? state : 'armed')];
      },
      'STREAM /api/v1/events/stream?after=41': last,
    };
  };

  it('with --wait follows the hosts until all are nodes', async () => {
    const events = [event(42, 'zebra is armed'), event(43, 'a is an active node')];
    const run = await command(['cluster', 'up', 'rack1', '--wait'], waiting(events, 'active'));
    expect(run.code).toBe(0);
    expect(run.out).toMatch(/a +worker +active/);
    expect(run.out).not.toContain('zebra is armed\n'.repeat(2));
  });

  it('with --wait fails when a host did not become a node', async () => {
    const run = await command(
      ['cluster', 'up', 'rack1', '--wait'],
      waiting([event(42, 'a failed while installing: no disk')], 'failed'),
    );
    expect(run.code).toBe(1);
    expect(run.err).toMatch(/rack1 is not whole: a is failed[^]*cluster-not-up/);
  });

  it('with --wait says when the appliance went away', async () => {
    const run = await command(['cluster', 'up', 'rack1', '--wait'], waiting([], 'armed'));
    expect(run.code).toBe(1);
    expect(run.err).toContain('hearth cluster show rack1');
  });
});

describe('hearth cluster kubeconfig', () => {
  const path = 'GET /api/v1/clusters/rack1/kubeconfig?ttlSeconds=';
  const answer = { kubeconfig: 'apiVersion: v1\n', expiresAt: 2_000_000 };

  it('prints one that is good for eight hours, or for as long as was asked', async () => {
    expect((await command(['cluster', 'kubeconfig', 'rack1'], { [`${path}28800`]: answer })).out).toBe(
      'apiVersion: v1\n',
    );
    const short = await command(['cluster', 'kubeconfig', 'rack1', '--ttl', '30m'], {
      [`${path}1800`]: answer,
    });
    expect(short.code).toBe(0);
    expect((await command(['cluster', 'kubeconfig', 'rack1', '--ttl', '5s'])).code).toBe(2);
  });

  it('writes a file that nobody else may read, and never over another one', async () => {
    const file = join(folder, 'config');
    const ask = ['cluster', 'kubeconfig', 'rack1', '-o', file];
    const run = await command(ask, { [`${path}28800`]: answer });
    expect(run.out).toContain(`export KUBECONFIG=${file}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'mine');
    expect((await command(ask, { [`${path}28800`]: answer })).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('hearth cluster show', () => {
  it('tells of addons and of certificates that end soon', async () => {
    const run = await command(['cluster', 'show', 'rack1'], {
      'GET /api/v1/hosts': [],
      'GET /api/v1/clusters/rack1': {
        name: 'rack1',
        config: { endpoint: { host: '10.20.0.10', port: 6443 } },
        birth: { kind: 'born' },
        createdAt: 0,
        addons: [{ title: 'flannel', state: { kind: 'failed', reason: 'no' }, pods: '1 of 3 ready' }],
        certificates: [{ name: 'cluster CA', expiresAt: 1_000_000 + 3 * 86_400_000 }],
      },
    });
    expect(run.out).toMatch(/cluster CA ends .*\(ends in 3 d/);
    expect(run.out).toMatch(/flannel +failed: no +1 of 3 ready/);
  });
});

describe('hearth cluster info', () => {
  const path = 'GET /api/v1/clusters/rack1/info';

  it('lists nodes with their versions, and why one is not Ready', async () => {
    const node = {
      roles: [],
      version: 'v1.33.7',
      osImage: 'OL',
      unschedulable: true,
      updateAvailable: false,
    };
    const run = await command(['cluster', 'info', 'rack1'], {
      [path]: {
        kind: 'answers',
        version: 'v1.33.7',
        certificates: [{ name: 'API server', expiresAt: 0 }],
        nodes: [
          { ...node, name: 'n1', health: { kind: 'ready' } },
          { ...node, name: 'n2', health: { kind: 'not-ready', reason: 'no network' } },
        ],
      },
    });
    expect(run.out).toMatch(/1 of 2 Ready[^]*API server ends .*has ended[^]*n2 .*no network .*v1\.33\.7/);
    expect(run.out).toContain('takes no new pods');
  });

  it('fails with the reason when the cluster is silent', async () => {
    const run = await command(['cluster', 'info', 'rack1'], {
      [path]: { kind: 'silent', reason: 'connection refused' },
    });
    expect(run.code).toBe(1);
    expect(run.err).toContain('connection refused');
  });
});

describe('hearth cluster delete', () => {
  it('asks for force only when told to, and passes a refusal on', async () => {
    const path = 'DELETE /api/v1/clusters/rack1';
    const refused = new Problem('cluster-in-use', 'Hosts still belong to rack1: a (active).');
    expect((await command(['cluster', 'delete', 'rack1'], { [path]: refused })).code).toBe(1);
    expect(
      (await command(['cluster', 'delete', 'rack1', '--force'], { [`${path}?force=true`]: undefined })).out,
    ).toBe('Cluster rack1 is deleted and its keys are forgotten.\n');
  });
});

describe('hearth host release', () => {
  it('says how long pods may take, and when not to care', async () => {
    const path = 'POST /api/v1/hosts/node1/release';
    const answers = { [path]: hostAnswer({ state: 'released' }) };
    const drained = await command(['host', 'release', 'node1', '--drain', '30s'], answers);
    expect(drained.calls[0]?.body).toEqual({ drainSeconds: 30, force: undefined });
    const forced = await command(['host', 'release', 'node1', '--force'], answers);
    expect(forced.calls[0]?.body).toMatchObject({ force: true });
    expect((await command(['host', 'release', 'node1', '--drain', '1h'])).code).toBe(2);
  });
});
