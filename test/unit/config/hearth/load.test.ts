import { describe, expect, it } from 'vitest';
import { loadHearthConfig } from '../../../../src/config/hearth/load.ts';
import type { HearthConfig } from '../../../../src/config/hearth/load.ts';
import { Problem } from '../../../../src/domain/error/problem.ts';

const interfaces = new Map([['eth1', ['fe80::1', '192.0.2.7', '10.20.0.1']]]);

function load(text: string): HearthConfig {
  return loadHearthConfig('hearth.yaml', text, interfaces, (name) =>
    name === 'time-offset' ? { code: 2, value: new Uint8Array(4) } : `"${name}" is no DHCP option`,
  );
}

function mistakes(text: string): string[] {
  try {
    load(text);
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown.message.split('\n');
    throw thrown;
  }
  return [];
}

describe('hearth.yaml', () => {
  it('may be empty: then nothing is served to machines and the UI is on loopback', () => {
    expect(load('')).toEqual({
      data: undefined,
      admin: { listen: { host: '127.0.0.1', port: 8443 } },
      provisioning: { port: 8080 },
      networks: [],
    });
  });

  it('fills in what a network does not say: proxy mode, own address, T1 and T2', () => {
    const [network] = load('networks: [{ name: rack1, interface: eth1, subnet: 10.20.0.0/24 }]').networks;
    expect(network).toMatchObject({
      dhcp: 'proxy',
      address: '10.20.0.1',
      nextServer: '10.20.0.1',
      times: { lease: 3600, renew: 1800, rebind: 3150, decline: 86_400 },
    });
  });

  it('takes reservations by MAC, client id, UUID or relay port, and nothing ambiguous', () => {
    const network = (entry: string): string =>
      `networks: [{ name: a, interface: eth1, subnet: 10.20.0.0/24, dhcp: authoritative, reservations: [${entry}] }]`;
    const [one] = load(network('{ mac: 52-54-00-AB-CD-EF, address: 10.20.0.20 }')).networks;
    expect(one?.reservations).toEqual([
      { match: { by: 'mac', mac: '52:54:00:ab:cd:ef' }, address: '10.20.0.20', hostName: undefined },
    ]);
    const [port] = load(network('{ circuitId: "65:74:68", address: 10.20.0.21 }')).networks;
    expect(port?.reservations?.[0]?.match).toEqual({
      by: 'relay-port',
      circuitId: '657468',
      remoteId: undefined,
    });
    expect(mistakes(network('{ address: 10.20.0.20 }')).join()).toContain('must say exactly one of mac');
    expect(mistakes(network('{ mac: 52-54-00-AB-CD-EF, address: 10.30.0.20 }')).join()).toContain(
      'is not in 10.20.0.0/24',
    );
  });

  it('names file, line, key and what is allowed for every mistake at once', () => {
    const found = mistakes(
      [
        'networks:',
        '  - name: Rack 1',
        '    interface: eth1',
        '    subnet: 10.20.0.1/24',
        '    dhcp: yes please',
        '    leaseTime: soon',
        '    gateway: 10.20.0.1',
        'admin: { listen: nowhere }',
      ].join('\n'),
    );
    expect(found).toHaveLength(6);
    const text = found.join('\n');
    expect(text).toContain('hearth.yaml:2: networks[0].name: must be a short name');
    expect(text).toContain('hearth.yaml:4: networks[0].subnet: must be a subnet without host bits');
    expect(text).toContain('hearth.yaml:5: networks[0].dhcp: must be authoritative, proxy or off');
    expect(text).toContain('hearth.yaml:6: networks[0].leaseTime: must be a time such as 30m');
    expect(text).toMatch(/hearth\.yaml:7: networks\[0\]\.gateway: .*gateway/);
    expect(text).toContain('hearth.yaml:8: admin.listen: must be an address and a port');
  });

  it.each([
    ['a range outside the subnet', 'ranges: ["10.21.0.5-10.21.0.9"]', '10.21.0.5 is not in 10.20.0.0/24'],
    ['a range backwards', 'ranges: ["10.20.0.9-10.20.0.5"]', '10.20.0.9 comes after 10.20.0.5'],
    ['a range with the broadcast address', 'ranges: ["10.20.0.9-10.20.0.255"]', 'broadcast'],
    ['ranges that overlap', 'ranges: ["10.20.0.5-10.20.0.9", "10.20.0.9-10.20.0.12"]', 'overlaps range 1'],
    ['a router elsewhere', 'router: 10.99.0.1', '10.99.0.1 is not in'],
    ['T1 after T2', 'renewTime: 3000\n    rebindTime: 2000', 'must be shorter than rebindTime'],
    ['an unknown option', 'options: { colour: blue }', '"colour" is no DHCP option'],
  ])('refuses %s', (_what, line, message) => {
    const text = `networks:\n  - name: rack1\n    interface: eth1\n    subnet: 10.20.0.0/24\n    dhcp: authoritative\n    ${line}\n`;
    const found = mistakes(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toContain(message);
    expect(found[0]).toMatch(/^hearth\.yaml:\d+: networks\[0\]\./);
  });

  it('refuses ranges where no address is given out', () => {
    const text =
      'networks: [{ name: a, interface: eth1, subnet: 10.20.0.0/24, ranges: ["10.20.0.5-10.20.0.9"] }]';
    expect(mistakes(text).join()).toContain('dhcp: authoritative');
  });

  it('refuses two networks over the same addresses', () => {
    const text =
      'networks:\n  - { name: a, interface: eth1, subnet: 10.20.0.0/24 }\n  - { name: b, interface: eth1, address: 10.20.0.1, subnet: 10.20.0.0/16 }';
    expect(mistakes(text).join()).toContain('overlaps 10.20.0.0/24 of network "a"');
  });

  it('says which interface lacks an address and how to give it one', () => {
    const text = 'networks: [{ name: a, interface: eth9, subnet: 10.20.0.0/24 }]';
    expect(mistakes(text).join()).toContain('interface eth9 has no address in 10.20.0.0/24');
  });

  it('points at the line of broken YAML', () => {
    expect(mistakes('networks:\n  - name: "a\n')[0]).toMatch(/^hearth\.yaml:\d+: this is not valid YAML/);
  });
});
