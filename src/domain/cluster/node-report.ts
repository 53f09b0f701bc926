import { inlineFile } from '../../protocol/ignition/file.ts';
import { curlQuoted } from './quoting.ts';
import type { Fragments } from '../../protocol/ignition/config.ts';
import type { TemplateSource } from './templates.ts';

/** Where a node says how it came out. */
export interface ReportTarget {
  /** The appliance's URL for it, without a secret. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`, kept in a file that only root reads. */
  readonly bootToken: string;
}

/**
 * A unit that posts the outcome of `ocne.service`, as a form with `result` (success or failure), `hostname`, `status`
 * (exit code) and, after a failure, `journal` (at most 8,000 bytes, tokens and keys taken out).
 *
 * It is ordered after `ocne.service` without needing it, so that it runs when that has failed too; it is started again
 * by every later attempt, and takes itself and its secret away once a success has been delivered or the token is dead.
 */
export function nodeReport(target: ReportTarget, templates: TemplateSource): Fragments {
  const secrets = templates.render('report.curl.ejs', {
    url: curlQuoted(target.url),
    authorization: curlQuoted(`Authorization: Bearer ${target.bootToken}`),
  });
  return {
    files: [
      inlineFile('/etc/hearth/report.sh', templates.render('report.sh'), { mode: 0o555 }),
      inlineFile('/etc/hearth/report.curl', secrets, { mode: 0o600 }),
    ],
    directories: [{ path: '/etc/hearth', mode: 0o700 }],
    units: [
      {
        name: 'ocne.service',
        enabled: true,
        dropins: [{ name: 'report.conf', contents: templates.render('ocne-report.conf') }],
      },
      { name: 'hearth-report.service', enabled: true, contents: templates.render('hearth-report.service') },
    ],
  };
}
