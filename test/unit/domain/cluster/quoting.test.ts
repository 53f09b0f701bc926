import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  curlQuoted,
  plainWord,
  shellWord,
  systemdAssignment,
  tomlString,
} from '../../../../src/domain/cluster/quoting.ts';

const printable = fc.string({
  unit: fc.constantFrom(...Array.from(' "\'\\$`%;&|<>(){}[]#!*?~=:/@.-_abcXYZ019é')),
});

test('a shell word means the same text to a real shell', () => {
  const words = fc.sample(printable, 60);
  const script = words.map((word) => `printf '%s\\n' ${shellWord(word)}`).join('\n');
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(
    words.map((word) => `${word}\n`).join(''),
  );
});

describe('a systemd assignment', () => {
  test.each([
    ['10.0.0.0/8,.example', 'A=10.0.0.0/8,.example'],
    ['http://u:p%40s@p', 'A=http://u:p%%40s@p'],
    ['two words', '"A=two words"'],
    ['a"b\\c', '"A=a\\"b\\\\c"'],
  ])('of %s', (value, line) => {
    expect(systemdAssignment('A', value)).toBe(line);
  });

  test('reads back as it was, by the rules of systemd.exec(5)', () => {
    fc.assert(
      fc.property(printable, (value) => {
        const line = systemdAssignment('A', value);
        const unquoted = line.startsWith('"') ? line.slice(1, -1).replaceAll(/\\(.)/g, '$1') : line;
        expect(unquoted.replaceAll('%%', '%')).toBe(`A=${value}`);
        // A lone percent sign would be a specifier.
        expect(unquoted.replaceAll('%%', '')).not.toContain('%');
      }),
    );
  });
});

test('nothing that is quoted can hold a line break', () => {
  for (const quote of [
    shellWord,
    curlQuoted,
    tomlString,
    (text: string) => systemdAssignment('A', text),
    (text: string) => plainWord(text, 'x'),
  ])
    for (const hostile of ['a\nb', 'a\rb', 'a\u0000b']) expect(() => quote(hostile)).toThrow();
});

test('a word of nginx or keepalived holds nothing that ends a directive or opens a block', () => {
  for (const hostile of ['', 'a b', 'a;b', 'a{', 'a}', 'a"b', "a'b", 'a#b', '$x', 'a\\b'])
    expect(() => plainWord(hostile, 'The interface')).toThrow(/The interface/);
  expect(plainWord('fd00::10', 'x')).toBe('fd00::10');
});

test('quotes in curl and TOML strings are escaped', () => {
  expect(curlQuoted('a"b\\c')).toBe('"a\\"b\\\\c"');
  expect(tomlString('a"b')).toBe('"a\\"b"');
});
