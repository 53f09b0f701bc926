import { describe, expect, it } from 'vitest';
import type { MacAddress } from '../../../../src/protocol/address/mac.ts';
import { encodePacket } from '../../../../src/protocol/dhcp/encode.ts';
import type { DhcpPacket } from '../../../../src/protocol/dhcp/packet.ts';
import { Explanations } from '../../../../src/domain/lease/explanation.ts';
import { printSnippets } from '../../../../src/domain/lease/snippets.ts';
import { LeaseBench } from '../../../fakes/lease-bench.ts';
import { address, discover, pxe, select } from '../../../fakes/lease-packets.ts';
import { networkWith } from '../../../fakes/lease-world.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;

function explained(packets: readonly DhcpPacket[], bench = new LeaseBench()): string {
  const explanations = new Explanations();
  for (const packet of packets) {
    const { decision } = bench.send(packet);
    explanations.note(encodePacket(packet), decision, { at: bench.now, device: 'eth1' });
    bench.wait(1);
  }
  return explanations.explain(MAC, bench.engine.leaseOf(MAC), bench.now).lines.join('\n');
}

describe('an explanation', () => {
  it('says what the machine is, what it asked, what it was told and why', () => {
    const text = explained([discover(1, pxe(7)), select(1, '10.20.0.100')]);
    expect(text).toContain('52:54:00:00:00:01 is an x86-64 machine with UEFI firmware, boots by PXE');
    expect(text).toContain('it sent DISCOVER (vendor class "PXEClient:Arch:00007:UNDI:003016")');
    expect(text).toContain(
      'Hearth answered with OFFER of 10.20.0.100: 10.20.0.100, because it is the next free address, and to start snponly.efi.',
    );
    expect(text).toContain('it sent REQUEST for 10.20.0.100 to server 10.20.0.1 (it chose an offer)');
    expect(text).toContain('It has 10.20.0.100 on rack1 until');
  });
  it('says that nothing was heard, and where to look', () => {
    expect(explained([])).toContain('Nothing was heard from 52:54:00:00:00:01');
  });
  it('suspects the way back when offers are never taken', () => {
    expect(explained([discover(1), discover(1), discover(1)])).toContain('never takes the offer');
  });
  it('says which other server was chosen', () => {
    expect(explained([select(1, '10.20.0.9', '10.20.0.2')])).toContain(
      'Hearth did not answer: it chose the offer of another server, 10.20.0.2.',
    );
  });
  it('shows nothing a client could use against a terminal or a page', () => {
    const evil = explained([discover(1, [[12, Buffer.from('a\x1b[31m\n<b>')], address(50, '10.20.0.5')])]);
    expect(evil).toContain('host name "a.[31m.<b>"');
  });
  it('forgets the machine silent for longest, not the newest', () => {
    const explanations = new Explanations();
    const bench = new LeaseBench();
    for (let client = 1; client <= 2100; client += 1) {
      const packet = discover(client);
      const { decision } = bench.send(packet);
      explanations.note(encodePacket(packet), decision, { at: bench.now, device: 'eth1' });
      bench.now += 10;
    }
    expect(explanations.explain(MAC, undefined, bench.now).lines[0]).toContain('Nothing was heard');
  });
});

describe('snippets for the site’s own server', () => {
  const texts = printSnippets(networkWith({ dhcp: 'off' }), 8080).map(({ text }) => text);
  it('name our first stages and our script', () => {
    for (const text of texts) {
      expect(text).toContain('undionly.kpxe');
      expect(text).toContain('http://10.20.0.1:8080/boot/${mac:hexhyp}/ipxe');
      expect(text).toContain('http://10.20.0.1:8080/first-stage/snponly.efi');
      expect(text).toContain('HTTPClient');
    }
  });
  it('keep their brackets and quotes balanced', () => {
    const [isc = '', kea = ''] = texts;
    expect(isc.split('{').length).toBe(isc.split('}').length);
    expect(isc.split('"').length % 2).toBe(1);
    expect(() => JSON.parse(kea) as unknown).not.toThrow();
  });
});
