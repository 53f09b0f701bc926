import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inlineCluster } from '../../../../src/config/ocne/inline.ts';
import type { InlinedCluster } from '../../../../src/config/ocne/inline.ts';
import { loadCluster } from '../../../../src/config/ocne/load.ts';

const BASE = '# our rack\nprovider: byo\nname: c1\nvirtualIp: 10.20.0.9\n';
const MOTD =
  'variant: fcos\nversion: 1.5.0\nstorage:\n  files:\n    - path: /etc/motd\n      contents: { inline: hello }\n';
const HOSTS =
  '{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/etc/issue","contents":{"source":"data:,x"}}]}}';

function inline(text: string, others: Record<string, string> = {}): InlinedCluster {
  const files = new Map(Object.entries(others));
  return inlineCluster({
    file: '/home/ann/byo.yaml',
    text,
    home: '/home/ann',
    files: {
      read: (path) => files.get(path),
      list: (path) => {
        const members = [...files.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
        return members.length === 0 ? undefined : members;
      },
    },
  });
}

/** As the appliance reads it, which has none of the files. */
function elsewhere(text: string): ReturnType<typeof loadCluster> {
  return loadCluster({
    clusterFile: '/cluster.yaml',
    networkInterface: 'per-host',
    environment: {},
    home: '/nonexistent',
    files: { read: (path) => (path === '/cluster.yaml' ? text : undefined), list: () => undefined },
  });
}

function paths(text: string): (string | undefined)[] {
  return elsewhere(text).extra.flatMap(({ storage }) => storage?.files?.map(({ path }) => path) ?? []);
}

describe('a cluster file that is sent to an appliance', () => {
  it('stays as it is when it refers to nothing', () => {
    expect(inline(BASE).text).toBe(BASE);
  });

  it('takes in a file beside it, and what it had inline already', () => {
    const text = `${BASE}extraIgnition: motd.bu\nextraIgnitionInline: '${HOSTS}'\n`;
    const inlined = inline(text, { '/home/ann/motd.bu': MOTD });
    expect(paths(inlined.text)).toEqual(['/etc/motd', '/etc/issue']);
    expect(inlined.text).toContain('# our rack');
    expect(parse(inlined.text)).not.toHaveProperty('extraIgnition');
  });

  it('takes in every good file of a folder, and names the others', () => {
    const inlined = inline(`${BASE}directory: /srv\nextraIgnition: extra\n`, {
      '/srv/extra/a.bu': MOTD,
      '/srv/extra/b.ign': HOSTS,
      '/srv/extra/c.txt': 'nothing: [',
    });
    expect(paths(inlined.text)).toEqual(['/etc/motd', '/etc/issue']);
    expect(inlined.warnings.join()).toContain('/srv/extra/c.txt');
  });

  it('takes in the public key, named or in its usual place', () => {
    const named = inline(`${BASE}sshPublicKeyPath: ~/.ssh/rack.pub\n`, {
      '/home/ann/.ssh/rack.pub': 'ssh-rsa A\n',
    });
    expect(elsewhere(named.text).cluster.sshPublicKey).toBe('ssh-rsa A');
    const usual = inline(BASE, { '/home/ann/.ssh/id_rsa.pub': 'ssh-rsa B\n' });
    expect(elsewhere(usual.text).cluster.sshPublicKey).toBe('ssh-rsa B');
    const own = inline(`${BASE}sshPublicKey: ssh-rsa C\n`, { '/home/ann/.ssh/id_rsa.pub': 'ssh-rsa B\n' });
    expect(own.text).toContain('ssh-rsa C');
    expect(own.text).not.toContain('ssh-rsa B');
  });

  it('is refused here, with its own name and line, when it is wrong', () => {
    expect(() => inline(`${BASE}kubeProxyMode: x\n`)).toThrow('/home/ann/byo.yaml:5');
    expect(() => inline(`${BASE}extraIgnition: gone.bu\n`)).toThrow('/home/ann/gone.bu');
  });
});
