/**
 * Whole cards of hostile strings, wherever a chart's, a policy's, a model's or a site's string can come to stand:
 * rendered by a client that lets HTML through, they have the structure of the same card of plain words.
 */
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { cardSchema, notEligibleCard, plainText, riskCard, type Card } from '../../../src/cards/index.ts';
import { LABEL_LIMIT } from '../../../src/cards/schema.ts';
import { CRITERION_IDS, type ModalityOutcome } from '../../../src/domain/index.ts';
import { LANGUAGES, type Language } from '../../../src/i18n/index.ts';
import { assessment, contextIn, contrast, criteriaWith, highProposals, MODALITIES } from './fixtures.ts';

const markdown = new MarkdownIt({ html: true, linkify: true });

/** The kinds of all tokens, in order, but for text. */
const structureOf = (detail: string): readonly string[] =>
  markdown
    .parse(detail, {})
    .flatMap(({ type, children }) => [type, ...(children ?? []).map((child) => child.type)])
    .filter((type) => type !== 'text');

/** Every string of a card that is read as plain text. */
const plainStrings = ({ summary, suggestions = [], links = [], overrideReasons = [] }: Card): string[] => [
  summary,
  ...suggestions.flatMap(({ label, actions }) => [label, ...actions.map(({ description }) => description)]),
  ...links.map(({ label }) => label),
  ...overrideReasons.map(({ display }) => display),
];

const UNFIT = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|<[A-Za-z/!?]/u;

const riskCardOf = (language: Language, text: string): Card => {
  const evidence = [{ reference: text, version: '1' }];
  const feature = (outcome: ModalityOutcome): ModalityOutcome =>
    outcome.status === 'present'
      ? {
          ...outcome,
          contributions: outcome.contributions.map((each, index) =>
            index === 0 ? { ...each, feature: `log2:${text}` } : each,
          ),
        }
      : outcome;
  const shown = assessment({ modalities: MODALITIES.map(feature) });
  return riskCard({
    ...contextIn(language),
    assessment: { ...shown, model: { ...shown.model, id: text, version: text, digest: text } },
    proposals: highProposals(language).map((proposal) => ({
      ...proposal,
      title: text,
      citations: proposal.citations.map((citation) => ({ ...citation, label: text, text })),
    })),
    rechecked: true,
    ageDays: 0,
    criteria: criteriaWith({ age: { result: 'unknown', found: text, evidence } }),
    contrast: contrast({ contrastAllergies: evidence }),
    atVisit: true,
    links: [{ label: { en: text, 'zh-CN': text }, url: 'https://site.example/', type: 'absolute' }],
  });
};

const notEligibleCardOf = (language: Language, text: string): Card =>
  notEligibleCard({
    ...contextIn(language),
    eligibility: {
      outOfScope: [],
      eligible: false,
      criteria: criteriaWith(
        Object.fromEntries(
          CRITERION_IDS.map((id) => [
            id,
            { result: 'not-met', blocks: true, evidence: [{ reference: text, version: '1' }] },
          ]),
        ),
      ),
    },
  });

const hostile = fc
  .oneof(
    fc
      .array(
        fc.constantFrom(
          ...[
            '<script>alert(1)</script>',
            '<img src=x onerror=alert(1)>',
            '</td>',
            '<!--',
            '<a href=x>',
            '<',
          ],
          ...[
            '![x](https://e.example/x.png)',
            '[x](javascript:alert(1))',
            'https://e.example',
            'www.e.example',
          ],
          ...[
            '|',
            '| --- |',
            '\n\n',
            '\n',
            '\r',
            '\t',
            '```',
            '`',
            '**',
            '_',
            '~~',
            '# ',
            '- ',
            '1. ',
            '> ',
            '\\',
          ],
          ...[
            '&lt;b&gt;',
            '&#60;',
            '\u{202e}',
            '\u{0}',
            '\u{2066}',
            '\u{d800}',
            '{{t}}',
            '$t(x)',
            '肺',
            'e\u{301}',
          ],
        ),
        { minLength: 1, maxLength: 5 },
      )
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  )
  // White space alone is no word: the card then shows a dash or an empty cell in its place.
  .filter((text) => /[\p{L}\p{N}]/u.test(text));

describe.each([
  ['risk', riskCardOf],
  ['not eligible', notEligibleCardOf],
] as const)('%s card', (_name, cardOf) => {
  it.each(LANGUAGES)('of hostile strings has the structure of one of words, in %s', (language) => {
    const plain = structureOf(cardOf(language, 'word').detail);
    fc.assert(
      fc.property(hostile, (text) => {
        const card = cardOf(language, text);
        expect(structureOf(card.detail)).toEqual(plain);
        expect(card.detail).not.toMatch(/<(?!1%)/);
        expect(() => cardSchema.parse(card)).not.toThrow();
        for (const each of plainStrings(card)) expect(each).not.toMatch(UNFIT);
      }),
      { numRuns: 300 },
    );
  });

  it('has room for what is there, and says where something is left out, however long the strings', () => {
    for (const language of LANGUAGES)
      for (const text of ['|'.repeat(100_000), 'word '.repeat(100_000), '👨‍👩‍👧'.repeat(10_000)]) {
        const card = cardOf(language, text);
        expect(() => cardSchema.parse(card)).not.toThrow();
        expect(Array.from(card.detail).length).toBeLessThan(20_000);
      }
  });
});

describe('plainText', () => {
  it.each([
    ['a<script>b', 'a‹script>b'],
    ['risk <1% (<1%–2%)', 'risk <1% (<1%–2%)'],
    ['two\n lines\t', 'two lines'],
    ['a\u{202e}b\u{0}c', 'abc'],
    ['a \u{0} b', 'a b'],
  ])('%j is %j', (text, plain) => {
    expect(plainText(text, LABEL_LIMIT)).toBe(plain);
  });

  it('cuts between what a reader takes for characters', () => {
    expect(plainText('👨‍👩‍👧👨‍👩‍👧', 7)).toBe('👨‍👩‍👧…');
    expect(plainText('e\u{301}e\u{301}e\u{301}', 4)).toBe('e\u{301}…');
    // One character of a thousand marks is cut all the same.
    expect(Array.from(plainText(`e${'\u{301}'.repeat(1000)}`, 10))).toHaveLength(10);
  });

  it('is the same when it is made plain again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const once = plainText(text, LABEL_LIMIT);
        expect(Array.from(once).length).toBeLessThanOrEqual(LABEL_LIMIT);
        expect(once).not.toMatch(UNFIT);
        expect(plainText(once, LABEL_LIMIT)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });
});
