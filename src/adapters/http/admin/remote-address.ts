import type { Request } from 'express';

/** The client's address as people write it. No header is believed: there is no proxy in front of the appliance. */
export function remoteAddress(request: Request): string {
  return (request.socket.remoteAddress ?? 'local').replace(/^::ffff:(?=\d+\.)/, '');
}
