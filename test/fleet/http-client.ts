import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A request of one machine: from its own address, over a connection of its own, as iPXE, curl and Ignition make them. */
export interface HttpAsk {
  readonly url: string;
  readonly localAddress: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** How long the appliance may be silent, in milliseconds; a minute unless told. */
  readonly patience?: number;
}

const PATIENCE_MS = 60_000;
/** Answers are scripts and configs; file contents are asked for by range. */
const MAX_BODY = 8 << 20;

/** @throws Error when there is no answer */
export function ask({
  url,
  localAddress,
  method = 'GET',
  headers = {},
  body,
  patience = PATIENCE_MS,
}: HttpAsk): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, localAddress, headers, agent: false, timeout: patience },
      (answer) => {
        let text = '';
        answer.setEncoding('latin1');
        answer.on('data', (piece: string) => {
          text += piece;
          if (text.length > MAX_BODY) sent.destroy(new Error('the answer is too long'));
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.from(text, 'latin1').toString('utf8') }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('the appliance does not answer over HTTP')));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @throws Error unless the status is 200 or 206 */
export async function fetchText(what: HttpAsk): Promise<string> {
  const { status, body } = await ask(what);
  if (status === 200 || status === 206) return body;
  const path = new URL(what.url).pathname.replace(/^\/t\/[^/]+/, '/t/…');
  throw new Error(`${what.method ?? 'GET'} ${path} is answered with ${status}: ${body.trim().slice(0, 200)}`);
}
