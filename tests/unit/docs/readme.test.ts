import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../src/cli/index.ts';
import { codeSpans, markdownFiles, readDocument, section, tableRows } from './markdown.ts';

const readme = readDocument('README.md');
const packageJson = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> };
const program = createProgram({
  env: {},
  out: () => undefined,
  note: () => undefined,
  stopped: Promise.resolve(),
});

describe('README.md', () => {
  const rows = tableRows(section(readme, '## Command line'));

  it('has a row for every command, and for no other', () => {
    expect(rows.map(([command = '']) => codeSpans(command)[0])).toEqual(
      program.commands.map((command) => command.name()),
    );
  });

  it.each(program.commands.map((command) => [command.name(), command] as const))(
    'names the options of %s, and no other',
    (name, command) => {
      const row = rows.find(([first = '']) => codeSpans(first)[0] === name);
      const named = codeSpans(row?.[2] ?? '').flatMap((code) => /^--[a-z-]+/.exec(code)?.[0] ?? []);
      expect(named.sort()).toEqual(command.options.map((option) => option.long ?? '').sort());
    },
  );
});

describe('every document', () => {
  it.each(markdownFiles().filter((file) => !file.startsWith('models/')))(
    '%s names only npm scripts that exist',
    (file) => {
      const named = [...readDocument(file).matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g)].map(
        ([, script = '']) => script,
      );
      expect(named.filter((script) => !Object.hasOwn(packageJson.scripts, script))).toEqual([]);
    },
  );
});
