import type { Ipv4Address } from '../../protocol/address/ipv4.ts';

/** One read request. `path` is an id of the served set (see `fileIdOf`), never a path on this machine's disk. */
export interface TftpRequest {
  readonly path: string;
  readonly client: { readonly address: Ipv4Address; readonly port: number };
  /** The address of ours that the client asked. */
  readonly local: Ipv4Address;
}

/** What is sent: bytes in memory, or something of known size that can be read from any place. */
export type TftpContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'reader';
      readonly size: number;
      /** Exactly `length` bytes from `offset`; fewer mean that the content was truncated and fail the transfer. */
      read(offset: number, length: number): Promise<Uint8Array>;
      /** Called once, when the transfer is over. */
      close(): Promise<void>;
    };

/** Why there is nothing to send; the message goes to the client's console. */
export interface TftpRefusal {
  readonly kind: 'refused';
  readonly reason: 'not-found' | 'forbidden' | 'unavailable';
  readonly message: string;
}

/** Where files come from: the only thing that knows which names exist and for whom. */
export interface TftpSource {
  open(request: TftpRequest): Promise<TftpContent | TftpRefusal>;
}

/** The octets of a content. */
export function contentSize(content: TftpContent): number {
  return content.kind === 'bytes' ? content.bytes.length : content.size;
}

/** Gives back what a content holds, whether or not it was sent. Never fails: there is nobody left to tell. */
export async function closeContent(content: TftpContent): Promise<void> {
  if (content.kind === 'reader') await content.close().catch(() => undefined);
}
