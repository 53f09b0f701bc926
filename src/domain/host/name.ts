/** A DNS label (RFC 1123 §2.1): the name becomes the hostname and the Kubernetes node name. */
export function isHostName(text: string): boolean {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
