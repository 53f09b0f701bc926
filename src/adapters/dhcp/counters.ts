/** What the metrics page shows of DHCP. Plain numbers: they are touched for every packet. */
export class DhcpCounters {
  received = 0;
  malformed = 0;
  replies = 0;
  silent = 0;
  /** Replies not sent: the lease did not reach the disk, or the socket refused. */
  dropped = 0;
  /** Faults of ours while a packet was handled; each is in the log. */
  faults = 0;
  readonly receivedByType = new Map<string, number>();
  readonly repliesByType = new Map<string, number>();
  readonly malformedByFault = new Map<string, number>();

  count(map: Map<string, number>, name: string): void {
    map.set(name, (map.get(name) ?? 0) + 1);
  }
}
