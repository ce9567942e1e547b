import { describe, expect, it } from 'vitest';
import { cardSchema, riskCard } from '../../../src/cards/index.ts';
import { assessment, contextIn, contrast, criteriaWith, highProposals } from './fixtures.ts';

type LooseCard = Record<string, any>;

const goodCard = (): LooseCard =>
  structuredClone(
    riskCard({
      ...contextIn('en'),
      assessment: assessment(),
      proposals: highProposals('en'),
      rechecked: true,
      ageDays: 0,
      criteria: criteriaWith(),
      contrast: contrast(),
    }),
  );

describe('cardSchema', () => {
  it('accepts what the service makes', () => {
    expect(cardSchema.safeParse(goodCard()).error).toBeUndefined();
  });

  it('counts the summary in code points: 139 pass, 140 do not', () => {
    expect(cardSchema.safeParse({ ...goodCard(), summary: '😀'.repeat(139) }).success).toBe(true);
    expect(cardSchema.safeParse({ ...goodCard(), summary: '😀'.repeat(140) }).success).toBe(false);
  });

  it.each<[string, (card: LooseCard) => void]>([
    ['no uuid', (card) => delete card['uuid']],
    ['a uuid that is none', (card) => (card['uuid'] = '42')],
    ['no summary', (card) => (card['summary'] = '')],
    ['an indicator of its own', (card) => (card['indicator'] = 'hard-stop')],
    ['no source', (card) => delete card['source']],
    ['no source label', (card) => delete card['source'].label],
    ['an empty source url', (card) => (card['source'].url = '')],
    ['an unknown attribute', (card) => (card['colour'] = 'red')],
    ['suggestions without selectionBehavior', (card) => delete card['selectionBehavior']],
    ['selectionBehavior without suggestions', (card) => delete card['suggestions']],
    ['an unknown selectionBehavior', (card) => (card['selectionBehavior'] = 'all')],
    ['no suggestion at all', (card) => (card['suggestions'] = [])],
    ['a suggestion without label', (card) => delete card['suggestions'][0].label],
    ['a suggestion without actions', (card) => (card['suggestions'][0].actions = [])],
    ['an action without description', (card) => delete card['suggestions'][0].actions[0].description],
    ['an action without resource', (card) => delete card['suggestions'][0].actions[0].resource],
    ['a delete', (card) => (card['suggestions'][0].actions[0].type = 'delete')],
    ['a null inside a resource', (card) => (card['suggestions'][0].actions[0].resource.note = null)],
    ['an empty array inside a resource', (card) => (card['suggestions'][0].actions[0].resource.note = [])],
    ['an override reason without display', (card) => delete card['overrideReasons'][0].display],
    ['an override reason without code', (card) => delete card['overrideReasons'][0].code],
    [
      'two recommended under at-most-one',
      (card) => {
        card['selectionBehavior'] = 'at-most-one';
        card['suggestions'][0].isRecommended = true;
        card['suggestions'][1].isRecommended = true;
      },
    ],
  ])('refuses %s', (_name, spoil) => {
    const card = goodCard();
    spoil(card);
    expect(cardSchema.safeParse(card).success).toBe(false);
  });

  it('allows several recommended under any, and one under at-most-one', () => {
    const card = goodCard();
    card['suggestions'][0].isRecommended = true;
    card['suggestions'][1].isRecommended = true;
    expect(cardSchema.safeParse(card).success).toBe(true);
    card['selectionBehavior'] = 'at-most-one';
    delete card['suggestions'][1].isRecommended;
    expect(cardSchema.safeParse(card).success).toBe(true);
  });
});
