import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as clusters from '../../../src/learning/clusters/index.ts';
import * as forests from '../../../src/learning/forests/index.ts';
import * as hypothesis from '../../../src/learning/hypothesis/index.ts';
import * as linear from '../../../src/learning/linear/index.ts';
import * as survival from '../../../src/survival/index.ts';
import { codeSpans, readDocument, section, tableRows } from './markdown.ts';

const page = readDocument('docs/statistics.md');
const rowsOf = (heading: string): string[][] => tableRows(section(page, heading));

it.each([
  ['## Survival', survival],
  ['## Learning', { ...forests, ...hypothesis, ...clusters, ...linear }],
] as const)('docs/statistics.md, %s: names every function, and no other', (heading, exported) => {
  const named = rowsOf(heading).flatMap(([first = '']) => codeSpans(first));
  expect(named.toSorted()).toEqual(Object.keys(exported).toSorted());
});

it('docs/statistics.md names agreement tests that are there', () => {
  const named = ['## Survival', '## Learning'].flatMap((heading) =>
    rowsOf(heading).flatMap((cells) => codeSpans(cells.at(-1) ?? '')),
  );
  expect(new Set(named).size).toBeGreaterThan(10);
  for (const name of named) expect(existsSync(`tests/agreement/${name}.test.ts`), name).toBe(true);
});
