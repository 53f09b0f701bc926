import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { MachineReports } from '../../../domain/boot/machine-reports.ts';
import { sendText } from '../content/serve-file.ts';
import { machineAddress } from './machine-address.ts';

const form = z.object({
  result: z.enum(['success', 'failure']),
  status: z.string().max(20).default(''),
  journal: z.string().max(20_000).default(''),
});

/** `POST /report`, with the boot token as bearer: how `ocne.service` ended on a node. */
export function nodeReport(reports: MachineReports): RequestHandler {
  return async (req, res) => {
    const token = /^Bearer ([\w-]{1,100})$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
    const report = form.safeParse(req.body);
    if (!report.success) {
      sendText(res, 400, 'A report says result=success or result=failure.\n');
      return;
    }
    await reports.node(token, machineAddress(req).client, report.data);
    sendText(res, 200, 'Thank you.\n');
  };
}
