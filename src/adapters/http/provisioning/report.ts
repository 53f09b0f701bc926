import type { RequestHandler } from 'express';
import type { Ipv4Address } from '../../../protocol/address/ipv4.ts';
import { sendText } from '../content/serve-file.ts';
import { machineAddress } from './machine-address.ts';

/** Takes one report of one machine. */
export type ReportReceiver = (token: string, client: Ipv4Address, report: string) => Promise<void>;

/** `POST /t/TOKEN/facts`, `/progress`, `/failed`: plain text, bounded before it is read. */
export function report(receive: ReportReceiver): RequestHandler<{ token: string }> {
  return async (req, res) => {
    const body: unknown = req.body;
    await receive(req.params.token, machineAddress(req).client, typeof body === 'string' ? body : '');
    sendText(res, 200, 'Thank you.\n');
  };
}
