import { describe, expect, it } from 'vitest';
import { command, hostAnswer } from './fake-cli.ts';

describe('hearth host list', () => {
  it('prints exactly the answer with --json', async () => {
    const answer = [hostAnswer({ somethingNew: { of: 'a later version' } })];
    const { out, err } = await command(['host', 'list', '--json'], { 'GET /api/v1/hosts': answer });
    expect(JSON.parse(out)).toEqual(answer);
    expect(err).toBe('');
  });

  it('lines up columns and says what each host waits for', async () => {
    const answer = [hostAnswer(), hostAnswer({ name: 'a-much-longer-name', state: 'active' })];
    const { out } = await command(['host', 'list'], { 'GET /api/v1/hosts': answer });
    const [head = '', first = '', second = ''] = out.split('\n');
    expect(first).toContain('waits to be armed for an install.');
    expect(first.indexOf('registered')).toBe(head.indexOf('STATE'));
    expect(second.indexOf('active')).toBe(head.indexOf('STATE'));
    expect(out).not.toContain('\u001b');
  });

  it('colours on a terminal only', async () => {
    const answers = { 'GET /api/v1/hosts': [hostAnswer({ state: 'failed' })] };
    expect((await command(['host', 'list'], answers, true)).out).toContain('\u001b[31mfailed');
  });

  it('lets no machine write to the terminal', async () => {
    const evil = hostAnswer({
      waiting: 'x\u001b]0;owned\u0007\u001b[2J',
      assignment: { cluster: 'c\r', role: 'worker' },
    });
    const { out } = await command(['host', 'list'], { 'GET /api/v1/hosts': [evil] });
    for (const control of ['\u001b', '\u0007', '\r']) expect(out).not.toContain(control);
  });
});

describe('hearth host add', () => {
  it('sends every flag under its name at the API', async () => {
    const { code, calls } = await command(
      [
        ...['host', 'add', 'node1', '--mac', '52-54-00-00-00-01', '--mac', '525400000002'],
        ...[
          '--address',
          '10.20.0.11',
          '--cluster',
          'prod',
          '--role',
          'worker',
          '--disk',
          '/dev/disk/by-id/ata-1',
        ],
        ...['--nic', 'enp1s0', '--label', 'rack=1', '--label', 'row=a=b', '--kernel-arg', 'console=ttyS0'],
        ...['--kernel-arg', '-quiet', '--loader', 'grub'],
      ],
      { 'POST /api/v1/hosts': hostAnswer() },
    );
    expect(code).toBe(0);
    expect(JSON.parse(JSON.stringify(calls))).toEqual([
      {
        method: 'POST',
        path: '/api/v1/hosts',
        body: {
          name: 'node1',
          macs: ['52:54:00:00:00:01', '52:54:00:00:00:02'],
          address: '10.20.0.11',
          assignment: { cluster: 'prod', role: 'worker' },
          disk: '/dev/disk/by-id/ata-1',
          nic: 'enp1s0',
          labels: { rack: '1', row: 'a=b' },
          kernelArguments: ['console=ttyS0', '-quiet'],
          loader: 'grub',
        },
      },
    ]);
  });
});

describe('hearth host assign', () => {
  it('takes values back with "none"', async () => {
    const { calls } = await command(['host', 'assign', 'node1', '--cluster', 'none', '--address', 'none'], {
      'POST /api/v1/hosts/node1/assign': hostAnswer(),
    });
    expect(calls[0]?.body).toMatchObject({ assignment: null, address: null });
  });
});

describe('hearth host show', () => {
  it('says state, what it waits for, until when, the problem and what to do, and what happened', async () => {
    const { out } = await command(['host', 'show', 'node1'], {
      'GET /api/v1/hosts/node1': hostAnswer({
        state: 'failed',
        deadline: 1_060_000,
        failure: { reason: 'the disk is read-only', remedy: 'Replace it.', during: 'installing', at: 1 },
      }),
      'GET /api/v1/events?host=node1&limit=12': [
        { id: 1, at: 900_000, level: 'alert', type: 'host.state', text: 'node1 failed', actor: 'admin' },
      ],
      'GET /api/v1/leases': [
        {
          address: '10.20.0.101',
          mac: '52:54:00:00:00:01',
          network: 'rack1',
          state: 'active',
          expiresAt: 2_000_000,
        },
      ],
    });
    for (const text of [
      'failed since',
      '(1 m)',
      'in 1 m',
      'the disk is read-only',
      'Replace it.',
      '10.20.0.101',
      'node1 failed (admin)',
    ]) {
      expect(out).toContain(text);
    }
  });
});
