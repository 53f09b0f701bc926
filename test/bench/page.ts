/** What one suite measured, and on what machine. */
export interface Section {
  readonly machine: string;
  readonly text: string;
}

const HEAD = `# Benchmarks

Written by \`npm run bench\`: every table comes from one run in which Hearth and its peer were measured by turns on the same
machine. Run it on yours before you believe it; \`npm run bench -- fleet\` runs one suite and leaves the other sections as
they are. Numbers from a shared machine swing; the lowest and highest of the rounds stand beside the medians where that
matters.
`;

/** The sections of a page that was written before. */
export function readSections(page: string): readonly (readonly [string, Section])[] {
  const pattern = /<!-- suite (\w+) on (.*) -->\n([\s\S]*?)<!-- end of \1 -->/g;
  return [...page.matchAll(pattern)].map(([, name = '', machine = '', body = '']) => {
    const text = body.slice(body.indexOf('\n\n') + 2).trimStart();
    return [name, { machine, text }];
  });
}

/** The page with a section for each suite; one without numbers says so. */
export function writePage(suites: readonly string[], sections: ReadonlyMap<string, Section>): string {
  const parts = suites.map((name) => {
    const section = sections.get(name);
    if (section === undefined)
      return `## ${name}\n\n**Not measured yet.** Run \`npm run bench -- ${name}\`.\n`;
    const { machine, text } = section;
    return `<!-- suite ${name} on ${machine} -->\n_On ${machine}._\n\n${text.trimEnd()}\n\n<!-- end of ${name} -->\n`;
  });
  return [HEAD, ...parts].join('\n');
}
