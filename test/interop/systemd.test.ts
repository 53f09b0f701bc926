import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const missing = spawnSync('systemd-analyze', ['--version']).status !== 0;
if (missing) console.warn('SYSTEMD UNITS LEFT OUT: this machine has no systemd-analyze');

describe.skipIf(missing)('the systemd units', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hearth-systemd-'));
    // The program must exist where the unit says; this checkout's does.
    const service = readFileSync('systemd/hearth.service', 'utf8').replaceAll('/opt/hearth', process.cwd());
    writeFileSync(join(folder, 'hearth.service'), service);
    cpSync('systemd/hearth-dhcp@.socket', join(folder, 'hearth-dhcp@.socket'));
    const dropIn = join(folder, 'hearth-dhcp@eth1.socket.d');
    mkdirSync(dropIn);
    cpSync('systemd/device.conf.example', join(dropIn, 'device.conf'));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function analyze(...args: readonly string[]): { status: number | null; text: string } {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
    });
    return { status, text: `${stdout}${stderr}` };
  }

  it.each(['hearth.service', 'hearth-dhcp@eth1.socket'])('%s is accepted without a word', (unit) => {
    expect(analyze('verify', '--man=no', unit)).toEqual({ status: 0, text: '' });
  });

  it('harden the service: one capability, a read-only system', () => {
    const { text } = analyze('security', '--offline=true', '--json=short', 'hearth.service');
    const findings = JSON.parse(text) as { name: string; set: boolean | null }[];
    const set = (name: string) => findings.find((finding) => finding.name.startsWith(name))?.set;
    for (const name of [
      'NoNewPrivileges=',
      'ProtectSystem=',
      'PrivateDevices=',
      'ProtectKernelModules=',
      'LockPersonality=',
    ]) {
      expect(set(name), name).toBe(true);
    }
    for (const capability of ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN', 'CAP_SYS_PTRACE', 'CAP_DAC_*']) {
      const finding = findings.find(
        ({ name }) => name.includes('CapabilityBoundingSet=') && name.includes(capability),
      );
      if (finding !== undefined) expect(finding.set, capability).toBe(true);
    }
  });

  it('lets systemd-sysusers and systemd-tmpfiles read theirs', () => {
    for (const [tool, file] of [
      ['systemd-sysusers', 'hearth.sysusers.conf'],
      ['systemd-tmpfiles', 'hearth.tmpfiles.conf'],
    ] as const) {
      if (spawnSync(tool, ['--version']).status !== 0) continue;
      const root = mkdtempSync(join(folder, 'root-'));
      mkdirSync(join(root, 'etc'));
      writeFileSync(
        join(root, 'etc/passwd'),
        'root:x:0:0::/root:/bin/sh\nhearth:x:999:999::/var/lib/hearth:/usr/sbin/nologin\n',
      );
      writeFileSync(join(root, 'etc/group'), 'root:x:0:\nhearth:x:999:\n');
      const args = tool === 'systemd-tmpfiles' ? ['--create', `--root=${root}`] : [`--root=${root}`];
      execFileSync(tool, [...args, join(process.cwd(), 'systemd', file)], { stdio: 'pipe' });
    }
  });
});
