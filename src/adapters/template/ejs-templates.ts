import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import { Problem } from '../../domain/error/problem.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Renders files of one template folder. `name.ejs` goes through EJS without HTML escaping, as values arrive quoted for
 * the language of the file; any other name is served as it is. Each file is read once: templates belong to the program.
 */
export class EjsTemplates {
  readonly #folder: string;
  readonly #compiled = new Map<string, (values: Values) => string>();

  /** @param folder absolute path, or one of the template folders beside `src` and `dist` */
  constructor(folder: string) {
    this.#folder = folder.startsWith('/')
      ? folder
      : fileURLToPath(new URL(`../../../${folder}`, import.meta.url));
  }

  render(name: string, values: Values = {}): string {
    const template = this.#compiled.get(name) ?? this.#load(name);
    try {
      return template(values);
    } catch (cause) {
      throw new Problem('internal', `The template ${name} cannot be rendered.`, { cause });
    }
  }

  #load(name: string): (values: Values) => string {
    if (!/^[\w-][\w.-]*$/.test(name)) throw new Problem('internal', `${name} is not the name of a template.`);
    let text: string;
    try {
      text = readFileSync(join(this.#folder, name), 'utf8');
    } catch (cause) {
      throw new Problem('internal', `The template ${name} is missing from the installation.`, { cause });
    }
    const template = name.endsWith('.ejs') ? compile(text) : (): string => text;
    this.#compiled.set(name, template);
    return template;
  }
}

/** A name that a template uses and nobody gave is a ReferenceError; nothing renders as "undefined" unnoticed. */
function compile(text: string): (values: Values) => string {
  const template = ejs.compile(text, { escape: refuseEscaping });
  return (values) => template({ ...values });
}

/** `<%= %>` would escape for HTML, which none of these files is. */
function refuseEscaping(): string {
  throw new Error('use <%- %> with a value quoted for the language of the file');
}
