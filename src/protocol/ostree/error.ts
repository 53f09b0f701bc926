/** The only error the OSTree decoders throw: `missing` names an object that the ref needs and the repository lacks. */
export class OstreeError extends Error {
  readonly fault: 'missing' | 'corrupt' | 'hostile' | 'limit' | 'unsupported';

  constructor(fault: OstreeError['fault'], message: string) {
    super(message);
    this.name = 'OstreeError';
    this.fault = fault;
  }
}
