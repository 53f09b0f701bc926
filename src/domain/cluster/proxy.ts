import { systemdAssignment } from './quoting.ts';
import type { Fragments } from '../../protocol/ignition/config.ts';
import type { ClusterConfig, Proxy } from './config.ts';
import type { TemplateSource } from './templates.ts';

export interface ProxyOptions {
  /** Names `kublet.service` as `ocne` does, a misspelling that enables nothing. */
  readonly misspelt: boolean;
}

/** The drop-ins of the services that fetch images or updates. They are there without a proxy too, for `no_proxy`. */
export function proxyParts(
  config: ClusterConfig,
  options: ProxyOptions,
  templates: TemplateSource,
): Fragments {
  const inside = [config.endpoint.host, config.serviceSubnet, config.podSubnet];
  const dropins = [{ name: 'proxy.conf', contents: proxyDropin(config.proxy, inside, templates) }];
  return {
    units: [
      { name: 'crio.service', enabled: true, dropins },
      ...(options.misspelt ? [{ name: 'kublet.service', enabled: true }] : []),
      { name: 'ocne-update.service', enabled: true, dropins },
      { name: 'rpm-ostreed.service', dropins },
    ],
  };
}

/** `HTTPS_PROXY` and `HTTP_PROXY` in both cases, `no_proxy` in lower case alone, as `ocne` writes them. */
export function proxyDropin(proxy: Proxy, inside: readonly string[], templates: TemplateSource): string {
  const noProxy = [proxy.noProxy, ...inside].filter((entry) => entry !== '').join(',');
  const pairs: [string, string][] = [
    ['HTTPS_PROXY', proxy.httpsProxy],
    ['https_proxy', proxy.httpsProxy],
    ['HTTP_PROXY', proxy.httpProxy],
    ['http_proxy', proxy.httpProxy],
    ['no_proxy', noProxy],
  ];
  const assignments = pairs
    .filter(([, value]) => value !== '')
    .map(([name, value]) => systemdAssignment(name, value));
  return templates.render('proxy.conf.ejs', { assignments });
}
