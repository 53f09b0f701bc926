import { LOCAL_DISK_FILE } from '../../domain/boot/plan.ts';
import { renderChainScript } from '../../domain/boot/script.ts';
import type { BootScripts } from '../../domain/boot/boot-scripts.ts';
import type { ScriptLanguage, ScriptTemplates } from '../../domain/boot/script.ts';
import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { parseMac } from '../../protocol/address/mac.ts';
import type { MacAddress } from '../../protocol/address/mac.ts';
import type { FileLibrary, ServedFile } from '../http/content/served-file.ts';
import type { TftpContent, TftpRefusal, TftpRequest, TftpSource } from '../tftp/source.ts';
import type { FirstStageLibrary } from './first-stage.ts';

export interface BootFileDependencies {
  readonly firstStage: FirstStageLibrary;
  readonly media: FileLibrary;
  readonly scripts: BootScripts;
  readonly templates: ScriptTemplates;
  readonly macAt: (address: Ipv4Address) => MacAddress | undefined;
  /** Port of the provisioning listener. */
  readonly httpPort: number;
}

/**
 * Everything that machines ask TFTP for. Firmware, shim and GRUB try many names in a row and go on at a clean "not
 * found"; the names that mean something are answered on purpose:
 *
 * - first-stage files by their fixed names;
 * - `autoexec.ipxe`, which an iPXE started by hand or from a ROM looks for (tinkerbell/tinkerbell#424);
 * - `grub.cfg` and `grub.cfg-01-MAC` in whatever directory GRUB was built to look (`grub/`, `EFI/redhat/`, …);
 * - `boot/MAC/grub`, and kernels and initrds of media, for a GRUB without the http module.
 */
export class BootFileSource implements TftpSource {
  readonly #deps: BootFileDependencies;

  constructor(deps: BootFileDependencies) {
    this.#deps = deps;
  }

  async open(request: TftpRequest): Promise<TftpContent | TftpRefusal> {
    const { path, local } = request;
    const firstStage = await this.#deps.firstStage.find(path);
    if (firstStage !== undefined) return content(firstStage);
    if (path === 'autoexec.ipxe') {
      return text(renderChainScript(local, this.#deps.httpPort, this.#deps.templates));
    }
    const script = this.#scriptOf(request);
    if (script !== undefined) return text(await this.#script(script.mac, script.language, request));
    const [root, medium, ...rest] = path.split('/');
    if (root === 'media' && medium !== undefined && rest.length > 0) {
      const file = await this.#deps.media.openFile(medium, rest.join('/'));
      if (file !== undefined) return content(file);
    }
    // Some firmware shows the message of an error; here it is no error but the way to its disk.
    const message =
      path === LOCAL_DISK_FILE ? 'nothing to start from the network' : `${path} is not served here`;
    return { kind: 'refused', reason: 'not-found', message };
  }

  #scriptOf({ path, client }: TftpRequest): { mac: MacAddress; language: ScriptLanguage } | undefined {
    const own = /^boot\/([0-9a-fA-F-]{17})\/(ipxe|grub)$/.exec(path);
    const ownMac = parseMac(own?.[1] ?? '');
    if (ownMac !== undefined) return { mac: ownMac, language: own?.[2] === 'grub' ? 'grub' : 'ipxe' };
    // GRUB asks by MAC first (`grub.cfg-01-52-54-…`, hardware type in front), then by address in hex, then plainly.
    const byMac = /(?:^|\/)grub\.cfg-01-([0-9a-fA-F-]{17})$/.exec(path);
    const plain = /(?:^|\/)grub\.cfg$/.test(path);
    const mac = parseMac(byMac?.[1] ?? '') ?? (plain ? this.#deps.macAt(client.address) : undefined);
    return mac === undefined ? undefined : { mac, language: 'grub' };
  }

  async #script(mac: MacAddress, language: ScriptLanguage, { client, local }: TftpRequest): Promise<string> {
    const at = { server: local, port: this.#deps.httpPort };
    return this.#deps.scripts.scriptFor({ mac, language, client: client.address, at });
  }
}

function text(script: string): TftpContent {
  return { kind: 'bytes', bytes: Buffer.from(script, 'ascii') };
}

async function content(file: ServedFile): Promise<TftpContent> {
  const handle = await file.open();
  return {
    kind: 'reader',
    size: file.size,
    read: async (offset, length) => {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => handle.close(),
  };
}
