import type { RequestHandler } from 'express';
import type { Kickstarts } from '../../../domain/boot/kickstarts.ts';
import { sendText } from '../content/serve-file.ts';
import { machineAddress } from './machine-address.ts';

/** `GET /t/TOKEN/kickstart` */
export function kickstart(kickstarts: Kickstarts): RequestHandler<{ token: string }> {
  return async (req, res) => {
    const { client, server, port } = machineAddress(req);
    const text = await kickstarts.fetch(req.params.token, client, { server, port });
    res.setHeader('Cache-Control', 'no-store');
    sendText(res, 200, text);
  };
}
