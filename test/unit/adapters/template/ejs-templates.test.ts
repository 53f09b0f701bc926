import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EjsTemplates } from '../../../../src/adapters/template/ejs-templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'hearth-templates-'));
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
afterAll(() => rmSync(folder, { recursive: true }));
const templates = new EjsTemplates(folder);

test('values go into templates as they are, files without .ejs stay untouched', () => {
  write('a.ejs', 'x=<%- x %> <% for (const y of ys) { -%>[<%- y %>]<% } %>\n');
  write('plain.sh', 'echo <%- x %>\n');
  expect(templates.render('a.ejs', { x: `<"&'>`, ys: [1, 2] })).toBe(`x=<"&'> [1][2]\n`);
  expect(templates.render('plain.sh')).toBe('echo <%- x %>\n');
});

test('a value that was not given is an error and never an empty place', () => {
  write('b.ejs', '<%- missing %>');
  expect(() => templates.render('b.ejs')).toThrow('The template b.ejs cannot be rendered.');
});

test('escaping for HTML is refused, as none of these files is HTML', () => {
  write('c.ejs', '<%= x %>');
  expect(() => templates.render('c.ejs', { x: 1 })).toThrow('cannot be rendered');
});

test.each(['../secret', 'a/b', '.hidden', '', 'missing.ejs'])('%j is no template', (name) => {
  expect(() => templates.render(name)).toThrow();
});
