import { join } from 'node:path';
import pino from 'pino';
import { SqliteLeaseJournal } from '../../src/adapters/store/lease/lease-journal.ts';
import { UdpAddressProbe } from '../../src/adapters/dhcp/udp-address-probe.ts';
import { DhcpService } from '../../src/adapters/dhcp/service.ts';
import type { ServedNetwork } from '../../src/domain/lease/network.ts';
import { fakeDirectory, planFor } from '../fakes/lease-world.ts';
import type { DirectoryEntry } from '../fakes/lease-world.ts';

/** What the script is told: `node dhcp-server.ts '{"data":"…","networks":[…]}'`. */
export interface ServerOptions {
  readonly data: string;
  readonly networks: readonly ServedNetwork[];
  readonly hosts?: readonly DirectoryEntry[] | undefined;
  readonly quiet?: boolean | undefined;
}

/** The DHCP service as a process of its own: tests run it inside a namespace, and kill it. */
const options = JSON.parse(process.argv[2] ?? '{}') as ServerOptions;
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const journal = new SqliteLeaseJournal(join(options.data, 'leases.db'), (health, detail) =>
  print({ event: 'health', health, detail }),
);
const directory = fakeDirectory(options.hosts ?? []);
const service = new DhcpService({
  networks: options.networks,
  httpPort: 8080,
  directory,
  boot: (request) => planFor(request, directory),
  journal,
  events: {
    record: (event) => print({ event: 'event', ...event }),
    subscribe: () => () => undefined,
    list: () => Promise.resolve([]),
  },
  clock: { now: () => Date.now() },
  onSighting: (sighting) => (options.quiet === true ? undefined : print({ event: 'sighting', ...sighting })),
  logger: pino({ level: options.quiet === true ? 'error' : 'info' }, pino.destination(2)),
  probe: new UdpAddressProbe(),
});
await service.start();
print({ event: 'ready', endpoints: service.status().endpoints });

const finish = async (): Promise<void> => {
  await service.stop();
  await journal.close();
  process.exit(0);
};
process.on('SIGTERM', () => void finish());
process.on('SIGUSR2', () => print({ event: 'leases', leases: service.leases(), status: service.status() }));
