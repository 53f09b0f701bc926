import { describe, expect, it } from 'vitest';
import { Metrics } from '../../../../src/adapters/metrics/metrics.ts';
import { aHost } from '../../../fakes/a-host.ts';

describe('the metrics', () => {
  it('count hosts by the state they are in now', async () => {
    const hosts = [aHost(), aHost(), aHost({ state: 'active' })];
    const metrics = new Metrics({ processMetrics: false });
    metrics.watch({ hosts: () => hosts, storageOk: () => false, eventsHeld: () => 7 });
    metrics.event('alert', 'token.refused');
    const first = await metrics.registry.metrics();
    expect(first).toContain('hearth_hosts{state="registered"} 2');
    expect(first).toContain('hearth_storage_ok 0');
    expect(first).toContain('hearth_events_held 7');
    expect(first).toContain('hearth_events_total{level="alert",type="token.refused"} 1');
    hosts.splice(0, 2);
    expect(await metrics.registry.metrics()).not.toContain('registered');
  });

  it('of two appliances in one process do not mix', async () => {
    const [first, second] = [new Metrics(), new Metrics()];
    first.event('info', 'a');
    expect(await second.registry.metrics()).not.toContain('type="a"');
  });
});
