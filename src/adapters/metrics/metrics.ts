import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from '@prometheus-io/client';
import type { Host, HostState } from '../../domain/host/host.ts';

/** What the gauges are read from when Prometheus asks. */
interface MetricsSources {
  readonly hosts: () => readonly Host[];
  readonly storageOk: () => boolean;
  readonly eventsHeld: () => number;
}

/** The appliance's metrics, in a registry of their own: several appliances in one process are told apart. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'listener' | 'method' | 'route' | 'status'>;
  readonly #events: Counter<'level' | 'type'>;

  constructor(options: { readonly processMetrics?: boolean } = {}) {
    const registers = [this.registry];
    if (options.processMetrics ?? true) collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'hearth_http_request_duration_seconds',
      help: 'Time to answer an HTTP request, by listener and route.',
      labelNames: ['listener', 'method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    });
    this.#events = new Counter({
      name: 'hearth_events_total',
      help: 'Events in the event log since the start, by level and type.',
      labelNames: ['level', 'type'],
      registers,
    });
  }

  /** @param route a route's pattern, never a path: each value is a time series for ever */
  request(listener: string, method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ listener, method, route, status: String(status) }, seconds);
  }

  event(level: string, type: string): void {
    this.#events.inc({ level, type });
  }

  /** Adds the gauges that are read at each scrape. Call once. */
  watch(sources: MetricsSources): void {
    const registers = [this.registry];
    new Gauge({
      name: 'hearth_hosts',
      help: 'Hosts in the inventory by state.',
      labelNames: ['state'],
      registers,
      collect() {
        this.reset();
        const counts = new Map<HostState, number>();
        for (const { state } of sources.hosts()) counts.set(state, (counts.get(state) ?? 0) + 1);
        for (const [state, count] of counts) this.set({ state }, count);
      },
    });
    new Gauge({
      name: 'hearth_storage_ok',
      help: '1 while the database takes writes, 0 while it does not.',
      registers,
      collect() {
        this.set(sources.storageOk() ? 1 : 0);
      },
    });
    new Gauge({
      name: 'hearth_events_held',
      help: 'Events that wait in memory because the disk takes none.',
      registers,
      collect() {
        this.set(sources.eventsHeld());
      },
    });
  }
}
