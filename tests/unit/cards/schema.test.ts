import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cardSchema, responseSchema, riskCard } from '../../../src/cards/index.ts';
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
      links: [
        { label: { en: 'Protocol' }, url: 'https://intranet.example/protocol', type: 'absolute' },
        { label: { en: 'Trajectory' }, url: 'https://app.example/launch', type: 'smart' },
      ],
    }),
  );

const description = 'what it does';
const replace = { type: 'update', description, resource: { resourceType: 'Appointment', id: 'a-1' } };
const remove = { type: 'delete', description, resourceId: 'ServiceRequest/sr-1' };
/** The card with that action in its first suggestion. */
const withAction = (action: object): LooseCard => {
  const card = goodCard();
  card['suggestions'][0].actions = [action];
  return card;
};

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
    ['a create turned into a delete', (card) => (card['suggestions'][0].actions[0].type = 'delete')],
    ['a suggestion label of 101 characters', (card) => (card['suggestions'][0].label = 'x'.repeat(101))],
    [
      'an action description of 241',
      (card) => (card['suggestions'][0].actions[0].description = 'x'.repeat(241)),
    ],
    ['a detail of 20,001', (card) => (card['detail'] = 'x'.repeat(20_001))],
    ['an empty list of links', (card) => (card['links'] = [])],
    ['a link without label', (card) => delete card['links'][0].label],
    ['a link label of 101 characters', (card) => (card['links'][0].label = 'x'.repeat(101))],
    ['a relative link', (card) => (card['links'][0].url = '/protocol')],
    ['a link that runs a script', (card) => (card['links'][0].url = 'javascript:alert(1)')],
    ['a link of another type', (card) => (card['links'][0].type = 'relative')],
    ['appContext with an absolute link', (card) => (card['links'][0].appContext = '{}')],
    ['an empty appContext', (card) => (card['links'][1].appContext = '')],
    ['an autolaunchable link', (card) => (card['links'][1].autolaunchable = true)],
    ['an empty extension', (card) => (card['extension'] = {})],
    ['an extension of a bare name', (card) => (card['extension'] = { replaces: ['x'] })],
    ['an extension without content', (card) => (card['extension'] = { 'org.example.x': [] })],
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

  it.each([
    ['an update of a whole resource', replace],
    ['a delete by reference', remove],
  ])('accepts %s', (_name, action) => {
    expect(cardSchema.safeParse(withAction(action)).error).toBeUndefined();
  });

  it.each<[string, object]>([
    ['an update without id', { ...replace, resource: { resourceType: 'Appointment' } }],
    ['an update without resource', { type: 'update', description }],
    ['an update of a reference', { ...replace, resourceId: 'Appointment/a-1' }],
    ['a delete of a resource', { type: 'delete', description, resource: { resourceType: 'X', id: '1' } }],
    ['a delete by an absolute reference', { ...remove, resourceId: 'https://ehr.example/ServiceRequest/1' }],
    ['a delete by id alone', { ...remove, resourceId: 'sr-1' }],
    ['a delete without description', { type: 'delete', resourceId: 'ServiceRequest/sr-1' }],
    ['an unknown type', { ...remove, type: 'patch' }],
  ])('refuses %s', (_name, action) => {
    expect(cardSchema.safeParse(withAction(action)).success).toBe(false);
  });

  it('takes an extension with a reverse-DNS name', () => {
    const card = { ...goodCard(), extension: { 'org.recurrence-cds.replaces': ['x'] } };
    expect(cardSchema.safeParse(card).error).toBeUndefined();
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

describe('responseSchema', () => {
  it('is a list of cards, which may be empty, and of actions, which may not', () => {
    expect(responseSchema.safeParse({ cards: [] }).success).toBe(true);
    expect(responseSchema.safeParse({ cards: [goodCard()], systemActions: [replace] }).success).toBe(true);
    expect(responseSchema.safeParse({ cards: [], systemActions: [] }).success).toBe(false);
    expect(responseSchema.safeParse({ systemActions: [replace] }).success).toBe(false);
    expect(responseSchema.safeParse({ cards: [], outcome: 'risk' }).success).toBe(false);
    const empty = { ...replace, resource: { ...replace.resource, note: [] } };
    expect(responseSchema.safeParse({ cards: [], systemActions: [empty] }).success).toBe(false);
  });

  it('finds an empty attribute wherever it is', () => {
    const hole = fc.constantFrom<unknown>(null, '', [], {});
    const path = fc.array(fc.constantFrom('note', 'extension', 'code', 0), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(hole, path, (value, names) => {
        const nested = names.reduceRight<unknown>(
          (inner, name) => (name === 0 ? ['x', inner] : { ok: false, count: 0, [name]: inner }),
          value,
        );
        const card = goodCard();
        card['suggestions'][0].actions[0].resource.nested = nested;
        expect(cardSchema.safeParse(card).success).toBe(false);
      }),
    );
  });

  it('is published with its lengths, which JSON Schema counts in characters as it does', () => {
    const published = z.toJSONSchema(responseSchema) as any;
    const card = published.properties.cards.items;
    expect(card.additionalProperties).toBe(false);
    expect(card.properties.summary.maxLength).toBe(139);
    expect(card.properties.detail.maxLength).toBe(20_000);
    expect(published.required).toEqual(['cards']);
  });
});
