import { describe, expect, it } from 'vitest';
import { planBoot } from '../../../../src/domain/boot/plan.ts';
import type { BootCircumstances } from '../../../../src/domain/boot/plan.ts';
import type { MachineRequest } from '../../../../src/domain/boot/machine.ts';
import type { Host, HostState } from '../../../../src/domain/host/host.ts';
import { parseIpv4, UNSPECIFIED } from '../../../../src/protocol/address/ipv4.ts';
import { host, MAC } from '../../../fakes/hosts.ts';

const server = parseIpv4('10.20.0.1') ?? UNSPECIFIED;

function circumstances(known: Host | undefined, change: Partial<BootCircumstances> = {}): BootCircumstances {
  return { host: known, hasMedium: () => true, hasFile: () => true, now: 0, ...change };
}

function script(known: Host | undefined, change: Partial<BootCircumstances> = {}) {
  const request: MachineRequest = {
    mac: MAC,
    program: 'ipxe',
    question: 'script',
    transport: 'http',
    server,
  };
  return planBoot(request, circumstances(known, change));
}

describe('the boot plan of a script', () => {
  it('lets an unknown machine wait, saying on its console how it is accepted', () => {
    expect(script(undefined)).toMatchObject({ kind: 'wait', reason: expect.stringContaining(MAC) as string });
    expect(script(host('discovered')).kind).toBe('wait');
  });

  it.each<[HostState, string]>([
    ['registered', 'local-disk'],
    ['armed', 'install'],
    ['installing', 'install'],
    ['installed', 'local-disk'],
    ['igniting', 'local-disk'],
    ['joining', 'local-disk'],
    ['active', 'local-disk'],
    ['failed', 'local-disk'],
    ['released', 'wait'],
  ])('for a host that is %s is to %s', (state, kind) => {
    expect(script(host(state)).kind).toBe(kind);
  });

  it('never installs after the time to do so ran out', () => {
    expect(script(host('armed'), { now: 60_000 }).kind).toBe('local-disk');
  });

  it('waits for a medium that was removed instead of starting half an install', () => {
    expect(script(host('armed'), { hasMedium: () => false })).toMatchObject({ kind: 'wait' });
  });
});

describe('the boot plan of a first file', () => {
  function first(change: Partial<MachineRequest>, known?: Host, absent: readonly string[] = []) {
    const request: MachineRequest = {
      mac: MAC,
      program: 'firmware',
      question: 'first-file',
      transport: 'tftp',
      server,
      ...change,
    };
    return planBoot(request, circumstances(known, { hasFile: (file) => !absent.includes(file) }));
  }

  it.each([
    ['bios-x86', 'undionly.kpxe'],
    ['uefi-x64', 'snponly.efi'],
    ['uefi-arm64', 'snponly-arm64.efi'],
    ['uefi-x86', 'ipxe-ia32.efi'],
  ] as const)('gives %s %s', (architecture, file) => {
    expect(first({ architecture })).toEqual({ kind: 'first-stage', file, transport: 'tftp' });
  });

  it('follows the host’s own choice of loader', () => {
    expect(first({ architecture: 'uefi-x64' }, host('armed', { loader: 'ipxe' }))).toMatchObject({
      file: 'ipxe.efi',
    });
    expect(first({ architecture: 'uefi-x64' }, host('armed', { loader: 'grub' }))).toMatchObject({
      file: 'shimx64.efi',
    });
  });

  it('falls back to iPXE when no medium has a signed GRUB, or the architecture has none', () => {
    expect(
      first({ architecture: 'uefi-x64' }, host('armed', { loader: 'grub' }), ['shimx64.efi']),
    ).toMatchObject({ file: 'snponly.efi' });
    expect(first({ architecture: 'bios-x86' }, host('armed', { loader: 'grub' }))).toMatchObject({
      file: 'undionly.kpxe',
    });
  });

  it('never names a file that cannot be served', () => {
    const none = ['snponly.efi', 'ipxe.efi'];
    expect(first({ architecture: 'uefi-x64' }, undefined, ['snponly.efi'])).toMatchObject({
      file: 'ipxe.efi',
    });
    expect(first({ architecture: 'uefi-x64' }, undefined, none)).toMatchObject({ file: 'shimx64.efi' });
    const nothing = [...none, 'shimx64.efi'];
    expect(first({ architecture: 'uefi-x64' }, undefined, nothing)).toMatchObject({ kind: 'ignore' });
  });

  it.each(['uefi-x64', 'uefi-arm64'] as const)(
    'sends %s firmware on to its disk without any program when its script would do only that',
    (architecture) => {
      for (const transport of ['tftp', 'http'] as const) {
        for (const state of ['registered', 'installed', 'igniting', 'joining', 'active', 'failed'] as const)
          expect(first({ architecture, transport }, host(state)).kind).toBe('local-disk');
        for (const state of ['discovered', 'armed', 'installing', 'released'] as const)
          expect(first({ architecture, transport }, host(state)).kind).toBe('first-stage');
      }
    },
  );

  it('lets a BIOS, and an iPXE that lacks HTTP, start the program that starts the disk', () => {
    expect(first({ architecture: 'bios-x86' }, host('active')).kind).toBe('first-stage');
    expect(first({ architecture: 'uefi-x64', program: 'ipxe' }, host('active')).kind).toBe('first-stage');
  });

  it('keeps the transport that the firmware asked for', () => {
    expect(first({ architecture: 'uefi-x64', transport: 'http' })).toMatchObject({ transport: 'http' });
  });

  it('says why it has nothing for a machine it cannot start', () => {
    expect(first({ architecture: 'uefi-arm32' })).toMatchObject({
      kind: 'ignore',
      reason: expect.stringContaining('arm32') as string,
    });
    expect(first({})).toMatchObject({
      kind: 'ignore',
      reason: expect.stringContaining('option 93') as string,
    });
  });

  it('tells a running iPXE where its own script is', () => {
    expect(first({ program: 'ipxe', question: 'script-location' })).toEqual({
      kind: 'script-location',
      path: '/boot/52-54-00-12-34-56/ipxe',
    });
  });
});
