import type { Ipv4Address } from '../../protocol/address/ipv4.ts';
import { parseFactsReport } from '../host/facts-report.ts';
import type { HostInventory } from '../host/inventory.ts';
import type { Clock } from '../time/clock.ts';
import { admit } from './token-gate.ts';
import type { TokenGate } from './token-gate.ts';

export interface MachineReportDependencies {
  readonly hosts: HostInventory;
  readonly tokens: TokenGate;
  readonly clock: Clock;
}

/** What a node says of `ocne.service`; see `node-report.ts` of the cluster. */
export interface NodeReport {
  readonly result: 'success' | 'failure';
  /** Exit status of the unit. */
  readonly status: string;
  /** The last of its journal, secrets taken out on the node. */
  readonly journal: string;
}

/** The word with which `%post` says that everything is on the disk. */
const INSTALLED = 'installed';

/** Takes in what installers and nodes say of themselves. All of it is hostile text: bounded, cleaned, never obeyed. */
export class MachineReports {
  readonly #deps: MachineReportDependencies;

  constructor(deps: MachineReportDependencies) {
    this.#deps = deps;
  }

  /** From `%pre`: what is in the machine. */
  async facts(token: string, client: Ipv4Address, report: string): Promise<void> {
    const { host } = await this.#admit(token, 'facts', client);
    await this.#deps.hosts.recordFacts(host.id, parseFactsReport(report, this.#deps.clock.now()));
  }

  /** From `%pre` and `%post`: how far the install is. */
  async progress(token: string, client: Ipv4Address, report: string): Promise<void> {
    const { host } = await this.#admit(token, 'progress', client);
    const step = oneLine(report, 200);
    const event =
      step === INSTALLED
        ? ({ type: 'install-finished' } as const)
        : ({ type: 'install-progressed', step } as const);
    await this.#deps.hosts.apply(host.id, event, client);
  }

  /** From `%onerror`: why the install ended. */
  async failed(token: string, client: Ipv4Address, report: string): Promise<void> {
    const { host } = await this.#admit(token, 'progress', client);
    const reason = oneLine(report, 1500);
    await this.#deps.hosts.apply(
      host.id,
      { type: 'install-failed', reason: reason === '' ? 'the installer gave no reason' : reason },
      client,
    );
    // Nothing that this install may still ask for would be right.
    await this.#deps.tokens.revokeForHost(host.id);
  }

  /** From the node's `hearth-report.service`: the result of kubeadm. */
  async node(token: string, client: Ipv4Address, report: NodeReport): Promise<void> {
    const { host } = await this.#admit(token, 'report', client);
    if (report.result === 'success') {
      await this.#deps.hosts.apply(host.id, { type: 'node-started' }, client);
      await this.#deps.tokens.revokeForHost(host.id);
      return;
    }
    const journal = oneLine(report.journal.slice(-1500), 1500);
    const status = oneLine(report.status, 20);
    const reason = `ocne.service ended with status ${status}: ${journal === '' ? 'it left no words' : journal}`;
    await this.#deps.hosts.apply(host.id, { type: 'node-failed', reason }, client);
  }

  async #admit(token: string, purpose: 'facts' | 'progress' | 'report', client: Ipv4Address) {
    return admit(this.#deps.tokens, this.#deps.hosts, token, purpose, client);
  }
}

/** Printable ASCII on one line; whoever shows it escapes it for where it lands. */
function oneLine(text: string, length: number): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, length);
}
