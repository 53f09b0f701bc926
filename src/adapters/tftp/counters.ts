/** Totals since the server was opened, for metrics. Live: read it whenever they are wanted. */
export interface TftpCounters {
  /** Datagrams that arrived at the listener. */
  requests: number;
  /** Well-formed requests that got an ERROR or, at the limit, nothing. */
  refused: number;
  /** Datagrams that were no TFTP packet, or none that belongs where it arrived. */
  malformed: number;
  /** Requests that a transfer under way was answering already. */
  duplicates: number;
  /** Packets from a third party to a transfer (RFC 1350 §4). */
  strangers: number;
  /** DATA and OACK packets that were sent again. */
  retransmissions: number;
  started: number;
  completed: number;
  probed: number;
  failed: number;
  /** Octets of file content in DATA packets, without repetitions. */
  bytes: number;
  /** Faults of ours that were caught at the socket, and errors the system reported for a socket. */
  faults: number;
}

export function newCounters(): TftpCounters {
  return {
    requests: 0,
    refused: 0,
    malformed: 0,
    duplicates: 0,
    strangers: 0,
    retransmissions: 0,
    started: 0,
    completed: 0,
    probed: 0,
    failed: 0,
    bytes: 0,
    faults: 0,
  };
}
