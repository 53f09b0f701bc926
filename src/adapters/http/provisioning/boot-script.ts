import type { RequestHandler } from 'express';
import type { BootScripts } from '../../../domain/boot/boot-scripts.ts';
import { parseMac } from '../../../protocol/address/mac.ts';
import { sendText } from '../content/serve-file.ts';
import { machineAddress } from './machine-address.ts';

/** `GET /boot/52-54-00-12-34-56/ipxe` and `/grub`: what a running first stage does next. */
export function bootScript(scripts: BootScripts): RequestHandler<{ mac: string; language: string }> {
  return async (req, res) => {
    const mac = parseMac(req.params.mac);
    const { language } = req.params;
    if (mac === undefined || (language !== 'ipxe' && language !== 'grub')) {
      sendText(res, 404, 'There is no such script.\n');
      return;
    }
    const { client, server, port } = machineAddress(req);
    const script = await scripts.scriptFor({ mac, language, client, at: { server, port } });
    res.setHeader('Cache-Control', 'no-store');
    sendText(res, 200, script);
  };
}
