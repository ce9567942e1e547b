/** docs/conformance.md against the tests that it names: a table nobody checks says what somebody once hoped. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDocument, ROOT, section, tableRows } from './markdown.ts';

const document = readDocument('docs/conformance.md');
const REQUIREMENTS = [
  '## Requirements of 2.0',
  '## Requirements of the hooks',
  '## What 3.0.0-ballot asks beside',
];

interface Row {
  readonly id: string;
  readonly section: string;
  readonly level: string;
  readonly verdict: string;
  readonly how: string;
}

const sectionsOf = (text: string): [string, string][] =>
  [...text.matchAll(/^### (.+)$/gm)].map(([heading, name]) => [name!, section(text, heading)]);

const rows: readonly Row[] = REQUIREMENTS.flatMap((heading) =>
  sectionsOf(section(document, heading)).flatMap(([name, text]) =>
    tableRows(text).map(([id = '', level = '', , verdict = '', how = '']) => ({
      ...{ id, section: name, level, verdict, how },
    })),
  ),
);

/** Tests as the table names them: a file and one or more titles, separated by semicolons. */
const namedIn = (how: string): { file: string; title: string }[] =>
  [...how.matchAll(/`(tests\/[^`]+\.test\.ts)` "((?:[^"\\]|\\.)+)"/g)].map(([, file = '', title = '']) => ({
    file,
    // Within a table and within Markdown, as prettier writes them.
    title: title.replace(/\\([|*_])/g, '$1'),
  }));

const unquoted = (literal: string): string => literal.replace(/\\(.)/g, '$1');

/** The titles of all tests and describes of a file, read from its text; those of `each` with their placeholders. */
const titlesOf = (source: string): Set<string> =>
  new Set(
    [
      ...source.matchAll(/\b(?:it|test|describe)(?:\.\w+)*(?:<[^(]*>)?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g),
      // it.each(...)('title'), it.runIf(...)('title'), describe.each(...)(`title`)
      ...source.matchAll(/\)\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g),
    ].map(([, , title = '']) => unquoted(title)),
  );

describe('docs/conformance.md', () => {
  it('has a level and a verdict in every row, and says how', () => {
    expect(rows.length).toBeGreaterThan(100);
    for (const { id, level, verdict, how } of rows) {
      expect([id, level]).toEqual([id, expect.stringMatching(/^(SHALL|SHOULD|MAY)$/)]);
      expect([id, verdict]).toEqual([id, expect.stringMatching(/^(met|not met|does not apply)$/)]);
      expect([id, how]).toEqual([id, expect.stringMatching(/\S{3}/)]);
    }
  });

  it('has ids that are unique', () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const id of ids) expect(id).toMatch(/^[A-Z]+3?-\d+$/);
  });

  it('names a test for every requirement that is met, or says that none can show it', () => {
    /** Met by what stands around the process, or not at all by it. */
    const without = rows.filter(({ verdict, how }) => verdict === 'met' && namedIn(how).length === 0);
    expect(without.map(({ id }) => id)).toEqual([]);
  });

  it('names tests that exist', () => {
    for (const { id, how } of rows)
      for (const { file, title } of namedIn(how)) {
        expect([id, file, existsSync(path.join(ROOT, file))]).toEqual([id, file, true]);
        expect([id, file, title, titlesOf(readDocument(file)).has(title)]).toEqual([id, file, title, true]);
      }
  });

  it('names every test of tests/cds/conformance*.test.ts', () => {
    const named = new Set(
      rows.flatMap(({ how }) => namedIn(how).map(({ file, title }) => `${file} ${title}`)),
    );
    const files = readdirSync(path.join(ROOT, 'tests/cds')).filter((name) =>
      /^conformance.*\.test\.ts$/.test(name),
    );
    expect(files.length).toBeGreaterThan(0);
    const groups = /^(discovery|prefetch templates|requests|prefetch|responses)$/;
    const unnamed = files.flatMap((name) =>
      [...titlesOf(readDocument(`tests/cds/${name}`))]
        .filter((title) => !groups.test(title))
        .map((title) => `tests/cds/${name} ${title}`)
        .filter((test) => !named.has(test)),
    );
    expect(unnamed).toEqual([]);
  });

  it('counts its rows rightly in the list of all sections, and leaves out no section with requirements unsaid', () => {
    const counted = tableRows(section(document, '## The sections, counted'));
    expect(counted.length).toBeGreaterThan(60);
    const of = Object.fromEntries(counted.map(([name = '', , , , count = '']) => [name, Number(count)]));
    for (const [name, text] of sectionsOf(section(document, REQUIREMENTS[0]!)))
      expect([name, of[name]]).toEqual([name, tableRows(text).length]);
    for (const [name, shall, should, may, count, why] of counted) {
      const words = Number(shall) + Number(should) + Number(may);
      if (words > 0 && count === '0') expect([name, why]).toEqual([name, expect.stringMatching(/\S{5}/)]);
      if (why === 'no requirement') expect([name, words]).toEqual([name, 0]);
    }
  });
});
