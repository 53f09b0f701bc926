/**
 * Where the texts of files and units come from (`ignition-templates/`). Domain names the template and gives it values;
 * the values are already quoted for the language of that file.
 */
export interface TemplateSource {
  /** @throws when the template does not exist or uses a value that was not given, which is a fault of ours */
  render(name: string, values?: Readonly<Record<string, unknown>>): string;
}
