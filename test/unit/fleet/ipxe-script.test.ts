import { describe, expect, it } from 'vitest';
import { kernelArgument, readIpxeScript } from '../../fleet/ipxe-script.ts';
import { EjsTemplates } from '../../../src/adapters/template/ejs-templates.ts';
import { renderScript } from '../../../src/domain/boot/script.ts';
import type { ScriptContent } from '../../../src/domain/boot/script.ts';
import type { Ipv4Address } from '../../../src/protocol/address/ipv4.ts';
import { mac } from '../../fakes/hosts.ts';

const AT = { server: '10.20.0.1' as Ipv4Address, port: 8080 };

function script(content: ScriptContent): string {
  return renderScript(
    content,
    'ipxe',
    { mac: mac('52:54:00:00:00:01') },
    AT,
    new EjsTemplates('boot-templates'),
  );
}

describe("a simulated host reads the appliance's own iPXE scripts", () => {
  it('finds kernel, initrd and every argument of an install', () => {
    const text = script({
      kind: 'install',
      hostName: 'node-1',
      medium: 'ol8',
      kernel: '/media/ol8/images/pxeboot/vmlinuz',
      initrd: '/media/ol8/images/pxeboot/initrd.img',
      arguments: ['inst.ks=http://10.20.0.1:8080/t/TOKEN/kickstart', 'ip=dhcp'],
    });
    const outcome = readIpxeScript(text);
    expect(outcome).toEqual({
      kind: 'install',
      kernel: 'http://10.20.0.1:8080/media/ol8/images/pxeboot/vmlinuz',
      initrd: 'http://10.20.0.1:8080/media/ol8/images/pxeboot/initrd.img',
      arguments: ['inst.ks=http://10.20.0.1:8080/t/TOKEN/kickstart', 'ip=dhcp'],
    });
  });

  it('tells the local disk from a wait', () => {
    expect(readIpxeScript(script({ kind: 'local-disk', reason: 'it is active' })).kind).toBe('local-disk');
    expect(readIpxeScript(script({ kind: 'wait', reason: 'not yet', retrySeconds: 15 })).kind).toBe('wait');
  });

  it('refuses what is no script', () => {
    expect(() => readIpxeScript('There is no such script.\n')).toThrow('no iPXE script');
    expect(() => readIpxeScript('#!ipxe\necho hello\n')).toThrow('nothing that is known');
  });

  it('misses an argument by name', () => {
    expect(kernelArgument(['inst.ks=http://a/b=c'], 'inst.ks')).toBe('http://a/b=c');
    expect(() => kernelArgument(['ip=dhcp'], 'inst.ks')).toThrow('inst.ks');
  });
});
