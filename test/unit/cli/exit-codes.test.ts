import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/cli/failure.ts';
import { Problem } from '../../../src/domain/error/problem.ts';
import { command, hostAnswer } from './fake-cli.ts';

describe('the exit code', () => {
  it.each([
    [['frobnicate']],
    [['host', 'lsit']],
    [['host']],
    [['host', 'list', '--frob']],
    [['host', 'show']],
    [['host', 'show', 'a', 'b']],
    [['host', 'add', 'node1']],
    [['host', 'add', 'node1', '--mac', 'nonsense']],
    [['host', 'add', 'Not A Name', '--mac', '52:54:00:00:00:01']],
    [['host', 'add', 'node1', '--mac', '52:54:00:00:00:01', '--role', 'boss', '--cluster', 'c']],
    [['host', 'add', 'node1', '--mac', '52:54:00:00:00:01', '--cluster', 'c']],
    [['host', 'add', 'node1', '--mac', '52:54:00:00:00:01', '--disk', '../etc']],
    [['host', 'assign', 'node1']],
    [['host', 'arm', 'node1', '--for', 'soon']],
    [['network', 'explain', 'nonsense']],
    [['cluster', 'create']],
    [['cluster', 'create', '-f', '/nowhere/byo.yaml']],
    [['events', '--limit', 'many']],
  ])('is 2 for wrong usage: %s', async (args) => {
    const { code, out, err, calls } = await command(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).not.toBe('');
    expect(calls).toEqual([]);
  });

  it('is 0 when it is done, and for help and the version that were asked for', async () => {
    expect((await command(['host', 'list'], { 'GET /api/v1/hosts': [hostAnswer()] })).code).toBe(0);
    expect((await command(['--help'])).code).toBe(0);
    expect((await command(['host', 'add', '--help'])).code).toBe(0);
    expect((await command(['--version'])).code).toBe(0);
  });

  it('is 1 when the appliance refuses, 2 when it refuses a value of the user', async () => {
    const path = 'POST /api/v1/hosts/node1/arm';
    const refused = new ApiError('host-state', 'node1 is discovered.', 'Accept it.');
    expect((await command(['host', 'arm', 'node1'], { [path]: refused })).code).toBe(1);
    const invalid = new ApiError('input-invalid', 'No.', 'Correct it.');
    expect((await command(['host', 'arm', 'node1'], { [path]: invalid })).code).toBe(2);
  });
});

describe('a failure', () => {
  const failing = {
    'GET /api/v1/hosts': new Problem('not-running', 'No appliance answers on /x/hearth.sock.', {
      remedy: 'Start it.',
    }),
  };

  it('says what happened, what to do and the code', async () => {
    const { code, out, err } = await command(['host', 'list'], failing);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      'hearth: No appliance answers on /x/hearth.sock.\n  what to do: Start it.\n  code: not-running (docs/errors.md#not-running)\n',
    );
  });

  it('is one JSON object on stderr with --json, also for wrong usage', async () => {
    const { out, err } = await command(['host', 'list', '--json'], failing);
    expect(out).toBe('');
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'not-running',
        message: 'No appliance answers on /x/hearth.sock.',
        remedy: 'Start it.',
      },
    });
    const usage = await command(['host', 'list', '--json', '--frob']);
    expect(JSON.parse(usage.err)).toMatchObject({ error: { code: 'usage' } });
  });

  it('suggests the command that was meant', async () => {
    expect((await command(['host', 'lsit'])).err).toContain('Did you mean list?');
  });
});
