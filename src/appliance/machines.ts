import { join } from 'node:path';
import type { Logger } from 'pino';
import { FirstStageLibrary } from '../adapters/boot-files/first-stage.ts';
import { BootFileSource } from '../adapters/boot-files/tftp-source.ts';
import { DhcpService } from '../adapters/dhcp/service.ts';
import { imageRouter, mediaRouter } from '../adapters/http/content/router.ts';
import { createProvisioningApp } from '../adapters/http/provisioning/app.ts';
import { FetchAudit } from '../adapters/http/provisioning/fetch-audit.ts';
import { listenForMachines } from '../adapters/http/provisioning/listen.ts';
import { AddressWatch } from '../adapters/net/address-watch.ts';
import { EjsTemplates } from '../adapters/template/ejs-templates.ts';
import type { TftpEvent } from '../adapters/tftp/events.ts';
import { TftpServer } from '../adapters/tftp/server.ts';
import type { HearthConfig } from '../config/hearth/load.ts';
import type { BootTokens } from '../domain/access/boot-tokens.ts';
import { BootScripts } from '../domain/boot/boot-scripts.ts';
import { Kickstarts } from '../domain/boot/kickstarts.ts';
import { MachineReports } from '../domain/boot/machine-reports.ts';
import { planBoot } from '../domain/boot/plan.ts';
import type { NodeConfigs } from '../domain/cluster/node-configs.ts';
import type { EventLog } from '../domain/event/event.ts';
import type { Host } from '../domain/host/host.ts';
import type { HostInventory } from '../domain/host/inventory.ts';
import type { Ipv4Address } from '../protocol/address/ipv4.ts';
import type { MacAddress } from '../protocol/address/mac.ts';
import type { Clock } from '../domain/time/clock.ts';
import type { Storage } from './storage.ts';

type MacLookup = (address: Ipv4Address) => MacAddress | undefined;

export interface MachineWiring {
  readonly config: HearthConfig;
  readonly storage: Storage;
  readonly hosts: HostInventory;
  readonly tokens: BootTokens;
  readonly configs: NodeConfigs;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What machines talk to: DHCP, TFTP and the provisioning listener. */
export interface MachineParts {
  readonly dhcp: DhcpService;
  readonly firstStage: FirstStageLibrary;
  readonly listeners: readonly AddressWatch[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function wireMachines(wiring: MachineWiring): MachineParts {
  const { config, storage, hosts, tokens, clock, logger } = wiring;
  const { events, mediaStore, imageStore, media, images } = storage;
  const templates = new EjsTemplates('boot-templates');
  const firstStage = new FirstStageLibrary(join(storage.directory.path, 'first-stage'), media, media);
  const dhcp = makeDhcp(wiring, firstStage);
  const macAt = dhcp.macAt.bind(dhcp);
  const scripts = new BootScripts({
    hosts,
    media: mediaStore,
    tokens,
    events,
    clock,
    templates,
    macAt,
  });
  const audit = new FetchAudit(events, hosts, macAt, clock);
  const app = createProvisioningApp({
    scripts,
    firstStage,
    kickstarts: new Kickstarts({
      hosts,
      images: imageStore,
      tokens,
      events,
      templates: new EjsTemplates('kickstart-templates'),
    }),
    configs: wiring.configs,
    reports: new MachineReports({ hosts, tokens, clock }),
    content: [mediaRouter(media), imageRouter(images)],
    audit,
    onFault: (error, path) => logger.error({ err: error, path }, 'a request of a machine failed'),
  });
  const { port } = config.provisioning;
  const source = new BootFileSource({ firstStage, media, scripts, templates, macAt, httpPort: port });
  const addresses = [...new Set(config.networks.map(({ address }) => address))];
  const listeners = addresses.flatMap((address) => [
    new AddressWatch(`HTTP on ${address}:${port}`, () => listenForMachines(app, address, port), logger),
    new AddressWatch(`TFTP on ${address}`, () => openTftp(address, source, wiring, macAt), logger),
  ]);
  return {
    dhcp,
    firstStage,
    listeners,
    start: async () => {
      await firstStage.refresh();
      await Promise.all([dhcp.start(), ...listeners.map((listener) => listener.start())]);
    },
    stop: async () => {
      await Promise.all([dhcp.stop(), ...listeners.map((listener) => listener.close())]);
      audit.flush();
    },
  };
}

function makeDhcp(wiring: MachineWiring, firstStage: FirstStageLibrary): DhcpService {
  const { config, storage, hosts, clock, logger } = wiring;
  const { media, leases, events } = storage;
  const hasMedium = (name: string): boolean => media.get(name) !== undefined;
  return new DhcpService({
    networks: config.networks,
    httpPort: config.provisioning.port,
    directory: hosts,
    boot: (request) =>
      planBoot(request, {
        host: hosts.byMac(request.mac),
        hasMedium,
        hasFile: (file) => firstStage.has(file),
        now: clock.now(),
      }),
    journal: leases,
    events,
    clock,
    logger,
    onSighting: (sighting) => {
      hosts
        .sighted(sighting)
        .catch((error: unknown) => logger.warn({ err: error }, 'a sighting was not recorded'));
    },
  });
}

async function openTftp(
  address: Ipv4Address,
  source: BootFileSource,
  wiring: MachineWiring,
  macAt: MacLookup,
) {
  const { hosts, storage, logger } = wiring;
  const hostAt = (client: Ipv4Address): Host | undefined => {
    const mac = macAt(client);
    return mac === undefined ? undefined : hosts.byMac(mac);
  };
  const onTransfer = (event: TftpEvent): void =>
    recordTransfer(event, storage.events, hostAt(event.client.address));
  return TftpServer.open({ address, source, logger, onTransfer });
}

/** Tells finished and failed transfers; what firmware tries on the way (probes, names that do not exist) is noise. */
function recordTransfer(event: TftpEvent, events: EventLog, host: Host | undefined): void {
  if (host === undefined) return;
  const { address } = event.client;
  const who = host.name;
  const tell = (level: 'info' | 'warning', text: string): void =>
    events.record({ level, type: 'boot.file', text, host: host.id, address, data: { path: event.path } });
  if (event.kind === 'completed')
    tell('info', `${who} fetched ${event.path} over TFTP (${event.bytes} bytes)`);
  if (event.kind === 'failed') tell('warning', `${who} did not get ${event.path} over TFTP: ${event.reason}`);
}
