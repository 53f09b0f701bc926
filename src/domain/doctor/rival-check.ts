import { ok, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** Other DHCP servers that the daemon saw on a served wire. */
export function checkRivals({ rivals }: Snapshot): readonly Finding[] {
  if (rivals === undefined) return [];
  if (rivals.length === 0) return [ok('rivals', 'no other DHCP server was seen')];
  return rivals.map(({ address, network }) =>
    warning(
      'rivals',
      `another DHCP server, ${address}, answers on network ${network}`,
      'Stop it, or let it give the addresses and set `dhcp: proxy` for this network. `hearth network snippets` shows what to set there.',
    ),
  );
}
