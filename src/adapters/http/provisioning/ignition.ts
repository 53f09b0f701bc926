import type { RequestHandler } from 'express';
import type { NodeConfigs } from '../../../domain/cluster/node-configs.ts';
import { sendText } from '../content/serve-file.ts';
import { machineAddress } from './machine-address.ts';

/**
 * `GET /t/TOKEN/ignition`
 *
 * Ignition tries again for ever on 500 and above, and gives up on anything below that is not 200: "not yet" is 503.
 */
export function ignition(configs: NodeConfigs): RequestHandler<{ token: string }> {
  return async (req, res) => {
    const { client, server, port } = machineAddress(req);
    const answer = await configs.fetch(req.params.token, client, req.headers.accept, { server, port });
    res.setHeader('Cache-Control', 'no-store');
    if (answer.kind === 'wait') {
      res.setHeader('Retry-After', answer.retryAfterSeconds);
      sendText(res, 503, `Not yet. This host waits ${answer.reason}.\n`);
      return;
    }
    const body = Buffer.from(answer.config.body);
    res.writeHead(200, { 'Content-Type': answer.config.contentType, 'Content-Length': body.length });
    res.end(body);
  };
}
