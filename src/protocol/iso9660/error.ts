/** What is wrong with an image; `truncated` means bytes that the volume promises are not there. */
export type IsoFault = 'not-iso' | 'truncated' | 'corrupt' | 'hostile' | 'limit' | 'unsupported';

/** The only error this reader throws on account of an image's content. */
export class IsoError extends Error {
  readonly fault: IsoFault;

  constructor(fault: IsoFault, message: string) {
    super(message);
    this.name = 'IsoError';
    this.fault = fault;
  }
}
