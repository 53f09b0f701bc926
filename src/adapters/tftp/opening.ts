import { netasciiContent } from './netascii-content.ts';
import { closeContent } from './source.ts';
import type { TftpContent, TftpRefusal, TftpRequest, TftpSource } from './source.ts';

/** The modes that are served; RFC 1350 calls `mail` obsolete. */
export type TransferMode = 'octet' | 'netascii';

const TOO_SLOW: TftpRefusal = {
  kind: 'refused',
  reason: 'unavailable',
  message: 'the file could not be opened in time',
};
const TOO_LONG: TftpRefusal = {
  kind: 'refused',
  reason: 'unavailable',
  message: 'too large for netascii, use octet (binary)',
};

/** The content in the mode that was asked for. Rejects with what the source or a read rejects with. */
async function openInMode(
  source: TftpSource,
  request: TftpRequest,
  mode: TransferMode,
  netasciiLimit: number,
): Promise<TftpContent | TftpRefusal> {
  const content = await source.open(request);
  if (content.kind === 'refused' || mode === 'octet') return content;
  try {
    const text = await netasciiContent(content, netasciiLimit);
    return text ?? TOO_LONG;
  } finally {
    await closeContent(content);
  }
}

/**
 * Asks the source, within a time limit: one that hangs must not use up the places of all clients. Content that comes
 * too late is closed.
 */
export async function openContent(
  source: TftpSource,
  request: TftpRequest,
  mode: TransferMode,
  limits: { readonly openMs: number; readonly netascii: number },
): Promise<TftpContent | TftpRefusal> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<TftpRefusal>((resolve) => {
    timer = setTimeout(() => {
      late.abort();
      resolve(TOO_SLOW);
    }, limits.openMs);
  });
  const opening = openInMode(source, request, mode, limits.netascii).then(async (content) => {
    if (late.signal.aborted && content.kind !== 'refused') await closeContent(content);
    return content;
  });
  try {
    return await Promise.race([opening, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
