import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownLines, tableLines, widthOf, wrap } from '../../../src/cli/terminal.ts';

const dense = (text: string): string => text.replace(/\s+/g, '');
const word = fc.stringMatching(/^[A-Za-z0-9/.,-]{1,30}$/);
const han = fc.stringMatching(/^[一-龥，。（]{1,30}$/);
const prose = fc.array(fc.oneof(word, han), { minLength: 1, maxLength: 40 }).map((words) => words.join(' '));

describe('wrap', () => {
  it('breaks at spaces, and Chinese text anywhere; wide characters count as two', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('术后十个月，肿瘤', 8)).toEqual(['术后十个', '月，肿瘤']);
    expect(widthOf('ab术。')).toBe(6);
  });

  it("goes on under a list's first word", () => {
    expect(wrap('- one two three', 9)).toEqual(['- one two', '  three']);
    expect(wrap('[info] one two', 11)).toEqual(['[info] one', '       two']);
  });

  it('loses nothing, and no line is too long but for a word that is', () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 12, max: 100 }), (text, columns) => {
        const lines = wrap(text, columns);
        expect(dense(lines.join(''))).toBe(dense(text));
        for (const line of lines)
          if (/\s/.test(line.trim())) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe('tables', () => {
  it('stand in columns, long cells broken into lines', () => {
    expect(tableLines(['| A | B |', '| --- | ---: |', '| one two three | x |', '| 术后 | y |'], 11)).toEqual([
      'A       | B',
      '--------+--',
      'one two | x',
      'three   |',
      '术后    | y',
    ]);
  });

  it('lose nothing and fit, whatever the cells hold', () => {
    const cell = fc
      .array(fc.oneof(word, han), { minLength: 1, maxLength: 6 })
      .map((words) => words.join(' '));
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (cells) => {
        const table = [['a', 'b', 'c'], ...cells].map((row) => `| ${row.join(' | ')} |`);
        const lines = tableLines([table[0]!, '| --- | --- | --- |', ...table.slice(1)], 100);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(100);
        const columns = [0, 1, 2].map((at) =>
          lines
            .slice(2)
            .map((line) => dense(line.split(' |')[at] ?? ''))
            .join(''),
        );
        expect(columns).toEqual([0, 1, 2].map((at) => dense(cells.map((row) => row[at]).join(''))));
      }),
    );
  });
});

it("a card's Markdown: entities as characters, links as addresses, paragraphs kept", () => {
  const markdown =
    '**Title**\n\n&#43;1.3 &amp; more: [NCCN](https://nccn.example/a?b=1)\n\n| A |\n| --- |\n| id-7 |';
  expect(markdownLines(markdown, 80, (text) => text.replace('id-7', '~'))).toEqual([
    '**Title**',
    '',
    '+1.3 & more: https://nccn.example/a?b=1',
    '',
    'A',
    '-',
    '~',
  ]);
});
