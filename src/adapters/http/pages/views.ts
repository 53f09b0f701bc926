import { join } from 'node:path';
import ejs from 'ejs';
import type { Request, Response } from 'express';
import type { Principal } from '../../../domain/access/role.ts';
import { VIEWS } from '../../../web/location.ts';

/** A page: the view's own values; every text in them is escaped by the view. */
interface Page {
  readonly view: string;
  readonly title: string;
  /** Path of the entry in the menu that is lit. */
  readonly here?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly status?: number;
}

/** Renders views of our own tree; nothing a user or a machine sends ever names one. */
export class Views {
  readonly #assets: string;

  /** @param assets version of the static files, a part of their addresses */
  constructor(assets: string) {
    this.#assets = assets;
  }

  async send(response: Response, { view, title, here = '', values = {}, status = 200 }: Page): Promise<void> {
    const principal = response.locals['user'] as Principal | undefined;
    const html = await ejs.renderFile(
      join(VIEWS, `${view}.ejs`),
      {
        ...values,
        title,
        here,
        user: principal?.name ?? '',
        mayWrite: principal?.role === 'administrator',
        assets: this.#assets,
      },
      { cache: true },
    );
    response.status(status).type('html').send(html);
  }
}

/** Whether htmx asks for a part of a page; without scripts browsers ask for whole pages. */
export function wantsPart(request: Request): boolean {
  return request.headers['hx-request'] === 'true';
}

/** Who acts, for the event log. The guard in front of the pages let nobody else through. */
export function actorOf(response: Response): string {
  return (response.locals['user'] as Principal | undefined)?.name ?? 'nobody';
}

/** Ends a form: htmx closes the dialog and fetches the news, a browser without scripts goes to a page. */
export function finish(request: Request, response: Response, page: string): void {
  if (wantsPart(request)) response.status(204).setHeader('HX-Trigger', 'hearth-done').end();
  else response.redirect(303, page);
}
