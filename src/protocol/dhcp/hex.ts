/** Two lower-case digits of every byte: hardware addresses are written for every packet. */
export const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Bytes as hex digits without separators. */
export function hexText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

/** The first six bytes as `52:54:00:12:34:56`. */
export function etherText(bytes: Uint8Array): string {
  const digits = (index: number): string => HEX[bytes[index] ?? 0] ?? '';
  return `${digits(0)}:${digits(1)}:${digits(2)}:${digits(3)}:${digits(4)}:${digits(5)}`;
}
