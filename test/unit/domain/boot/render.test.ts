import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EjsTemplates } from '../../../../src/adapters/template/ejs-templates.ts';
import { installerArguments, systemArguments } from '../../../../src/domain/boot/kernel-arguments.ts';
import { renderKickstart } from '../../../../src/domain/boot/kickstart.ts';
import { consoleText, kernelArgument } from '../../../../src/domain/boot/quote.ts';
import { renderScript } from '../../../../src/domain/boot/script.ts';
import type { ScriptContent, ScriptLanguage } from '../../../../src/domain/boot/script.ts';
import { parseIpv4, UNSPECIFIED } from '../../../../src/protocol/address/ipv4.ts';
import { host, MAC } from '../../../fakes/hosts.ts';

const at = { server: parseIpv4('10.20.0.1') ?? UNSPECIFIED, port: 8080 };
const templates = new EjsTemplates('boot-templates');
const locations = {
  kickstart: 'http://10.20.0.1:8080/t/TOKEN/kickstart',
  stage2: 'http://10.20.0.1:8080/media/ol8',
  ignition: 'http://10.20.0.1:8080/t/TOKEN/ignition',
};

function script(content: ScriptContent, language: ScriptLanguage): string {
  return renderScript(content, language, { mac: MAC }, at, templates);
}

function kickstart(change: Parameters<typeof host>[1] = {}): string {
  const target = host('installing', change);
  return renderKickstart(
    {
      host: target,
      mac: MAC,
      tokenUrl: 'http://10.20.0.1:8080/t/TOKEN',
      imageUrl: 'http://10.20.0.1:8080/images/ock',
      ref: 'ock',
      systemArguments: systemArguments(target, MAC, locations),
    },
    new EjsTemplates('kickstart-templates'),
  );
}

describe('a boot script', () => {
  const install: ScriptContent = {
    kind: 'install',
    hostName: 'node1',
    medium: 'ol8',
    kernel: '/media/ol8/images/pxeboot/vmlinuz',
    initrd: '/media/ol8/images/pxeboot/initrd.img',
    arguments: installerArguments(host('armed'), MAC, locations),
  };

  it('in iPXE starts the installer with everything it needs on one line', () => {
    const kernel = script(install, 'ipxe')
      .split('\n')
      .find((line) => line.startsWith('kernel '));
    expect(kernel).toContain('http://10.20.0.1:8080/media/ol8/images/pxeboot/vmlinuz initrd=initrd.img');
    expect(kernel).toContain('inst.ks=http://10.20.0.1:8080/t/TOKEN/kickstart');
    expect(kernel).toContain('BOOTIF=01-52-54-00-12-34-56');
  });

  it('in GRUB says the same of the same plan', () => {
    const kernel = `/media/ol8/images/pxeboot/vmlinuz ${install.arguments.join(' ')}`;
    expect(
      script(install, 'grub')
        .split('\n')
        .filter((line) => line.includes(kernel)),
    ).toHaveLength(1);
  });

  it.each(['ipxe', 'grub'] as const)('in %s never gets a line or a command from a reason', (language) => {
    const plain = script({ kind: 'wait', reason: 'x', retrySeconds: 15 }, language).split('\n').length;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (reason) => {
        const text = script({ kind: 'wait', reason, retrySeconds: 15 }, language);
        expect(text.split(/\r|\n/)).toHaveLength(plain);
        expect(text).toMatch(/^[\x20-\x7e\n]*$/);
        const shown = consoleText(reason);
        expect(shown).not.toMatch(/[$`"'\\;&|{}<>#!]/);
      }),
    );
  });

  it('keeps an unknown host asking instead of ending in an error', () => {
    const text = script({ kind: 'wait', reason: 'accept it', retrySeconds: 15 }, 'ipxe');
    expect(text).toContain('chain --replace --autofree http://10.20.0.1:8080/boot/52-54-00-12-34-56/ipxe');
    expect(text).toContain('sleep 15');
  });
});

describe('a kernel argument', () => {
  it('is passed unchanged or refused, never altered', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(kernelArgument(text)).toBe(text);
          expect(text).toMatch(/^[^\s"'$\\;&|`{}<>#]+$/);
        } catch (thrown) {
          expect(thrown).toHaveProperty('code', 'input-invalid');
        }
      }),
    );
  });

  it('sets both consoles unless the host has its own', () => {
    expect(systemArguments(host('armed'), MAC, locations)).toContain('console=ttyS0,115200n8');
    const own = systemArguments(host('armed', { kernelArguments: ['console=ttyAMA0'] }), MAC, locations);
    expect(own.filter((argument) => argument.startsWith('console='))).toEqual(['console=ttyAMA0']);
  });
});

describe('a Kickstart', () => {
  it('has the commands of OCK in their order, root last, and never clears all drives', () => {
    const text = kickstart();
    expect(text).toContain(
      'ostreesetup --nogpg --osname=ock --remote=ock --url=http://10.20.0.1:8080/images/ock --ref=ock',
    );
    expect(text).not.toMatch(/clearpart --all(?! --drives=)/);
    const parts = [...text.matchAll(/echo "part (\S+)/g)].map(([, mount]) => mount);
    expect(parts).toEqual(['/boot/efi', 'biosboot', '/boot', '/']);
    expect(text).toMatch(/part \/ --fstype=xfs --label=root .*--grow/);
    expect(text).toContain('ignition.firstboot=1');
    expect(text).toContain('%onerror');
  });

  it('has scripts that bash can read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-ks-'));
    try {
      const sections = [
        ...kickstart({ disk: 'vda' }).matchAll(/^%(pre|post|onerror)[^\n]*\n([\s\S]*?)^%end/gm),
      ];
      expect(sections).toHaveLength(4);
      sections.forEach(([, , body = ''], index) => {
        const file = join(folder, `${index}.sh`);
        writeFileSync(file, body);
        execFileSync('bash', ['-n', file]);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names the disk of the host and takes no other', () => {
    expect(kickstart({ disk: '/dev/disk/by-id/nvme-Samsung_1' })).toContain(
      "wanted='/dev/disk/by-id/nvme-Samsung_1'",
    );
    expect(kickstart()).toContain("wanted=''");
  });
});
