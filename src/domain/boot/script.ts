import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import { provisioningUrl } from './kernel-arguments.ts';
import type { ProvisioningAddress } from './kernel-arguments.ts';
import { scriptPath } from './plan.ts';
import { consoleText, kernelArgument } from './quote.ts';

/** The languages that first stages read. */
export type ScriptLanguage = 'ipxe' | 'grub';

/** A plan with everything a script needs; the token URLs are inside `arguments`. */
export type ScriptContent =
  | { readonly kind: 'wait'; readonly reason: string; readonly retrySeconds: number }
  | { readonly kind: 'local-disk'; readonly reason: string }
  | {
      readonly kind: 'install';
      readonly hostName: string;
      readonly medium: string;
      /** Paths on the provisioning listener; TFTP serves the same paths. */
      readonly kernel: string;
      readonly initrd: string;
      readonly arguments: readonly string[];
    };

/** Where the texts of boot scripts come from (`boot-templates/`). */
export interface ScriptTemplates {
  render(name: string, values: Readonly<Record<string, unknown>>): string;
}

const RETRY_SECONDS = 10;

/**
 * Renders what a machine was told into the language of its first stage. Both languages say the same of the same plan,
 * and every value is made harmless for both here, once.
 */
export function renderScript(
  content: ScriptContent,
  language: ScriptLanguage,
  machine: { readonly mac: MacAddress },
  at: ProvisioningAddress,
  templates: ScriptTemplates,
): string {
  const shared = {
    server: at.server,
    port: at.port,
    base: provisioningUrl(at, ''),
    path: scriptPath({ mac: machine.mac, program: language }),
    retrySeconds: RETRY_SECONDS,
  };
  const template = `${content.kind}.${language}.ejs`;
  switch (content.kind) {
    case 'wait':
      return templates.render(template, {
        ...shared,
        reason: consoleText(content.reason),
        retrySeconds: content.retrySeconds,
      });
    case 'local-disk':
      return templates.render(template, { ...shared, reason: consoleText(content.reason) });
    case 'install':
      return templates.render(template, {
        ...shared,
        hostName: consoleText(content.hostName),
        medium: consoleText(content.medium),
        kernel: kernelArgument(content.kernel),
        initrd: kernelArgument(content.initrd),
        arguments: content.arguments.map(kernelArgument),
      });
  }
}

/** The script for an iPXE that has not learned its own script's place, such as `autoexec.ipxe`. */
export function renderChainScript(server: Ipv4Address, port: number, templates: ScriptTemplates): string {
  return templates.render('chain.ipxe.ejs', { base: provisioningUrl({ server, port }, '') });
}
