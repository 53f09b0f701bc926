import { ok, problem, warning } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** Whether the appliance runs, what it serves, and whether it may. */
export function checkDaemon({ daemon, config, mayOpenLowPorts }: Snapshot): readonly Finding[] {
  const findings: Finding[] = [];
  if (daemon.kind === 'stopped') {
    findings.push(problem('daemon', daemon.reason, 'Start it: systemctl start hearth, or hearth serve.'));
    if (!mayOpenLowPorts) {
      findings.push(
        warning(
          'privileges',
          'this user may not open ports below 1024, so it cannot serve DHCP and TFTP',
          'Run the appliance through its systemd unit or as root, or grant CAP_NET_BIND_SERVICE.',
        ),
      );
    }
  } else if (daemon.failing.length === 0) findings.push(ok('daemon', 'runs, and every part of it works'));
  else {
    for (const { name, detail } of daemon.failing) {
      findings.push(problem('daemon', `${name} fails: ${detail}`, 'See the log of the appliance.'));
    }
  }
  return [...findings, ...checkConfig(config)];
}

function checkConfig(config: Snapshot['config']): readonly Finding[] {
  switch (config.kind) {
    case 'wrong':
      return [problem('configuration', config.message, config.remedy)];
    case 'absent':
      return [
        warning(
          'configuration',
          'no hearth.yaml was named',
          'Name it with --config or HEARTH_CONFIG, so that its networks can be checked.',
        ),
      ];
    case 'read':
      if (config.networks.length > 0) return [];
      return [
        warning(
          'configuration',
          'no network is configured: DHCP and TFTP are off and no machine can boot from here',
          'Add one under `networks` in hearth.yaml; docs/configuration.md has an example.',
        ),
      ];
  }
}
