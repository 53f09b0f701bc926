import { inlineFile } from '../../protocol/ignition/file.ts';
import { canonicalAddress, familyOf, hostPort } from './address.ts';
import { plainWord, shellWord } from './quoting.ts';
import { proxyDropin } from './proxy.ts';
import type { Fragments, IgnitionUnit } from '../../protocol/ignition/config.ts';
import type { ClusterConfig, Endpoint } from './config.ts';
import type { TemplateSource } from './templates.ts';

export interface VirtualIpOptions {
  readonly networkInterface: string;
  /** VRRP id, 1 to 255; two clusters on one wire need different ones. `ocne` uses 51 for all. */
  readonly virtualRouterId: number;
  /** Addresses of the other control planes where they are known beforehand; the HA monitor keeps them up later. */
  readonly peers: readonly string[];
  readonly strict: boolean;
}

const KEEPALIVED = { owner: 'keepalived_script' };
const NGINX = { owner: 'nginx_script' };

/**
 * The balancer inside the cluster: keepalived carries the virtual IP among the control planes, nginx in a container
 * spreads connections over their API servers.
 */
export function virtualIpParts(
  config: ClusterConfig,
  endpoint: Endpoint & { readonly kind: 'virtual-ip' },
  options: VirtualIpOptions,
  templates: TemplateSource,
): Fragments {
  const vip = plainWord(endpoint.host, 'The virtual IP');
  const image = `${config.registry}/olcne/nginx:1.17.7-1`;
  const nginxImage = { image: shellWord(image) };
  const peers = options.peers.map((peer) => plainWord(peer, 'The peer address'));
  const keepalived = templates.render('keepalived.conf.ejs', {
    networkInterface: plainWord(options.networkInterface, 'The network interface'),
    routerId: options.virtualRouterId,
    peers,
    virtualIp: vip,
  });
  const check = templates.render('check_apiserver.sh.ejs', {
    virtualIp: shellWord(canonicalAddress(vip)),
    urlHost: familyOf(vip) === 'ipv6' ? `[${vip}]` : vip,
    port: endpoint.port,
    // ARP is an IPv4 matter; over IPv6 the answer of the API server says enough.
    arping: options.strict || familyOf(vip) === 'ipv4',
  });
  const nginx = templates.render('nginx.conf.ejs', {
    servers: ['localhost', ...peers].map((server) => hostPort(server, endpoint.apiServerPort)),
    port: endpoint.port,
    connectTimeout: options.strict ? '500m' : '2s',
  });
  return {
    groups: [{ name: 'nginx_script', system: true }],
    users: [
      {
        name: 'nginx_script',
        noCreateHome: true,
        primaryGroup: 'nginx_script',
        shell: '/sbin/nologin',
        system: true,
      },
    ],
    files: [
      inlineFile('/etc/keepalived/keepalived.conf', keepalived, { mode: 0o644, ...KEEPALIVED }),
      inlineFile('/etc/keepalived/check_apiserver.sh', check, { mode: 0o755, ...KEEPALIVED }),
      inlineFile('/etc/keepalived/keepalived_state.sh', templates.render('keepalived_state.sh'), {
        mode: 0o755,
        ...KEEPALIVED,
      }),
      inlineFile('/etc/keepalived/log', '', { mode: 0o644, ...KEEPALIVED }),
      inlineFile('/etc/ocne/nginx/nginx.conf', nginx, { mode: 0o644, ...NGINX }),
      inlineFile('/etc/ocne/nginx/pull_ocne_nginx', templates.render('pull_ocne_nginx.ejs', nginxImage), {
        mode: 0o755,
      }),
      inlineFile('/etc/ocne/nginx/start_ocne_nginx', templates.render('start_ocne_nginx.ejs', nginxImage), {
        mode: 0o755,
      }),
      inlineFile('/etc/ocne/nginx/image', `IMAGE=${plainWord(image, 'The registry')}`, { mode: 0o644 }),
    ],
    units: [
      nginxUnit(config, templates),
      refresh('ocne-nginx-refresh.service', templates),
      refresh('ocne-nginx-refresh.path', templates),
      { name: 'keepalived.service', enabled: true },
      refresh('keepalived-refresh.service', templates),
      refresh('keepalived-refresh.path', templates),
    ],
  };
}

function nginxUnit(config: ClusterConfig, templates: TemplateSource): IgnitionUnit {
  const { httpsProxy, httpProxy, noProxy } = config.proxy;
  const proxied = httpsProxy !== '' || httpProxy !== '' || noProxy !== '';
  return {
    name: 'ocne-nginx.service',
    enabled: true,
    contents: templates.render('ocne-nginx.service'),
    ...(proxied
      ? { dropins: [{ name: 'proxy.conf', contents: proxyDropin(config.proxy, [], templates) }] }
      : {}),
  };
}

function refresh(name: string, templates: TemplateSource): IgnitionUnit {
  return { name, enabled: true, contents: templates.render(name) };
}
