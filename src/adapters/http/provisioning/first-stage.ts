import type { RequestHandler } from 'express';
import type { FirstStageLibrary } from '../../boot-files/first-stage.ts';
import { sendText, serveFile } from '../content/serve-file.ts';

/** `GET /first-stage/ipxe.efi`: UEFI HTTP Boot's counterpart of TFTP. */
export function firstStage(library: FirstStageLibrary): RequestHandler<{ file: string }> {
  return async (req, res) => {
    const file = await library.find(req.params.file);
    if (file === undefined) sendText(res, 404, 'There is no such first stage.\n');
    else await serveFile(req, res, file);
  };
}
