/** DHCP message types, option 53 (RFC 2132 §9.6). */
export const MessageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

export type MessageType = (typeof MessageType)[keyof typeof MessageType];

const NAMES: readonly (string | undefined)[] = [
  undefined,
  'DISCOVER',
  'OFFER',
  'REQUEST',
  'DECLINE',
  'ACK',
  'NAK',
  'RELEASE',
  'INFORM',
];

/** The name people use for a type: `DISCOVER`; `BOOTP` for a packet without option 53. */
export function messageTypeName(type: number | undefined): string {
  return type === undefined ? 'BOOTP' : (NAMES[type] ?? `type ${type}`);
}
