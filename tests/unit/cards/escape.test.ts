import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { chartText, escapeMarkdown, markdownLink, shorten } from '../../../src/cards/escape.ts';

// As unguarded as a client can be: raw HTML through, links made of anything that looks like one.
const markdown = new MarkdownIt({ html: true, linkify: true });

/** Text of an inline run, and any token in it that is more than text. */
const inlineOf = (source: string): { text: string; other: string[] } => {
  const children = markdown.parse(source, {}).flatMap(({ children }) => children ?? []);
  return {
    text: children.map(({ content }) => content).join(''),
    other: children.filter(({ type }) => type !== 'text').map(({ type }) => type),
  };
};
const blocksOf = (source: string): string[] => markdown.parse(source, {}).map(({ type }) => type);

/** What escaping alone may change: what cannot be printed or turns the reading direction. */
const printable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u{061c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, (character) =>
      '\t\n\f\r'.includes(character) ? character : '\u{fffd}',
    );

const piece = fc.constantFrom(
  ...[
    '<',
    '>',
    '&',
    '|',
    '`',
    '```',
    '[',
    ']',
    '(',
    ')',
    '![',
    '](',
    '\\',
    '\n',
    '\n\n',
    '\r\n',
    '\t',
    '  ',
    ' ',
  ],
  ...[
    '*',
    '**',
    '_',
    '~~',
    '#',
    '# ',
    '- ',
    '+ ',
    '1. ',
    '1) ',
    '---',
    '===',
    ':',
    '://',
    'http://a.b',
    'www.a.com',
  ],
  ...[
    'a@b.cd',
    '<script>',
    '</td>',
    '<!--',
    '-->',
    '&lt;',
    '&#60;',
    '&amp;',
    '"',
    "'",
    '=',
    '{',
    '}',
    '$',
    '^',
    '!',
  ],
  ...[
    '\u{0}',
    '\u{7f}',
    '\u{85}',
    '\u{a0}',
    '\u{2028}',
    '\u{202e}',
    '\u{feff}',
    '\u{d800}',
    '\u{fffe}',
    '肺',
    '😀',
    'é',
  ],
  ...['x', '3.5', '9%', 'IIIC', 'a-b', ',', '.', '/', '%'],
);
const hostile = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

describe('escapeMarkdown', () => {
  it('renders in a table cell as the same text and nothing else', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const source = `| ${escapeMarkdown(text)} | x |\n| --- | --- |`;
        const { text: rendered, other } = inlineOf(source);
        expect(rendered).toBe(`${printable(text)}x`);
        expect(other).toEqual([]);
        expect(blocksOf(source).filter((type) => type === 'th_open')).toHaveLength(2);
      }),
      { numRuns: 3000 },
    );
  });

  it('renders alone on a line as the same text in one paragraph', () => {
    fc.assert(
      fc.property(
        hostile.filter((text) => text !== ''),
        (text) => {
          const source = escapeMarkdown(text);
          expect(inlineOf(source)).toEqual({ text: printable(text), other: [] });
          expect(blocksOf(source)).toEqual(['paragraph_open', 'inline', 'paragraph_close']);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('renders in a list and between bold marks as the same text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const source = `- a ${escapeMarkdown(text)} b\n- **c** ${escapeMarkdown(text)}d`;
        const types = blocksOf(source);
        expect(types.filter((type) => type === 'list_item_open')).toHaveLength(2);
        expect(types.filter((type) => type === 'bullet_list_open')).toHaveLength(1);
        const { text: rendered, other } = inlineOf(source);
        expect(rendered).toBe(`a ${printable(text)} bc ${printable(text)}d`);
        expect(other).toEqual(['strong_open', 'strong_close']);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves no character HTML could take for more than text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(escapeMarkdown(text).replaceAll(/&#\d+;/g, '')).not.toMatch(/[<>&"'`|\n\r[\]]/);
      }),
    );
  });

  it('keeps plain text readable in the source', () => {
    for (const text of ['IIIC', 'adenocarcinoma of lung, left', '3.5', 'beta-alanine', '14%', '肺腺癌']) {
      expect(escapeMarkdown(text)).toBe(text);
    }
    expect(escapeMarkdown('<b>')).toBe('&#60;b&#62;');
  });
});

describe('shorten', () => {
  it('counts code points and never cuts one', () => {
    expect(shorten('😀😀😀', 3)).toBe('😀😀😀');
    expect(shorten('😀😀😀😀', 3)).toBe('😀😀…');
    expect(shorten('', 3)).toBe('');
    expect(Array.from(chartText('x'.repeat(1_000_000)))).toHaveLength(120);
  });
});

describe('markdownLink', () => {
  it.each([
    'https://doi.org/10.1016/S1470-2045(22)00451-X',
    'https://example.org/a?b=1&copy=2&lt;=3',
    'https://example.org/<script>"\'`|[x](y)\\',
    'https://example.org/a_b_*c*~d~',
  ])('%s is one link, to that address', (url) => {
    const children = markdown.parse(markdownLink('label', url), {}).flatMap((token) => token.children ?? []);
    expect(children.map(({ type }) => type)).toEqual(['link_open', 'text', 'link_close']);
    const target = children[0]?.attrGet('href') ?? '';
    expect(decodeURIComponent(target)).toBe(decodeURIComponent(new URL(url).href));
    expect(target).not.toMatch(/[<>"'`|()[\]\\]/);
  });
});
