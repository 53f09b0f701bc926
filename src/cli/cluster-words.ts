/** How far a cluster is, in words. */
export function birthText(kind: string): string {
  switch (kind) {
    case 'unborn':
      return 'waits for its first control-plane host';
    case 'initialising':
      return 'its first host is starting it';
    case 'born':
      return 'running';
    default:
      return kind;
  }
}
