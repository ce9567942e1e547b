import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import {
  cardSchema,
  renderOrderCard,
  type Card,
  type OrderCardContent,
  type StandingTest,
} from '../../../src/cards/index.ts';
import { CATALOGUES, LANGUAGES, type Language, type MessageKey } from '../../../src/i18n/index.ts';
import { stampCard } from '../../../src/cards/base.ts';
import { assessment, contextIn, highProposals } from './fixtures.ts';

const of = (as: StandingTest['as']): StandingTest => ({
  reference: as === 'appointment' ? 'Appointment/a1' : 'ServiceRequest/s1',
  as,
  wanted: { from: '2027-02-20', to: '2027-02-20' },
});

const VERDICTS: readonly OrderCardContent['verdict'][] = [
  { kind: 'too-early' },
  { kind: 'too-late' },
  { kind: 'recent' },
  { kind: 'duplicate', of: of('order') },
  { kind: 'duplicate', of: of('appointment') },
  { kind: 'duplicate', of: of('draft') },
  { kind: 'already-proposed', of: of('proposal') },
];
/** Beside the verdict: what else of an order changes a text. */
const STATES = [{}, { isOverdue: true }, { dated: false }];

const content = (language: Language, parts: Partial<OrderCardContent> = {}): OrderCardContent => ({
  test: 'chest-ct',
  verdict: { kind: 'too-early' },
  reference: 'ServiceRequest/d1',
  draft: {
    resourceType: 'ServiceRequest',
    id: 'd1',
    status: 'draft',
    intent: 'order',
    subject: { reference: 'Patient/p1' },
    occurrenceDateTime: '2026-12-01',
    _occurrenceDateTime: { extension: [{ url: 'urn:x', valueBoolean: true }] },
    extension: [{ url: 'urn:kept', valueString: 'as it was' }],
  },
  wanted: { from: '2026-12-01', to: '2026-12-01' },
  dated: true,
  standing: [],
  proposal: highProposals(language)[0]!,
  lastOn: '2026-11-02',
  isOverdue: false,
  unseen: [],
  rechecked: true,
  assessment: assessment(),
  ...parts,
});

const cardOf = (language: Language, parts: Partial<OrderCardContent> = {}): Card => {
  const context = contextIn(language);
  return stampCard(renderOrderCard({ ...context, ...content(language, parts) }), context.uuid);
};

describe.each(LANGUAGES)('in %s', (language) => {
  const all = VERDICTS.flatMap((verdict) =>
    (['chest-ct', 'ctdna'] as const).flatMap((test) =>
      ([highProposals(language)[0]!, 'none-proposed', 'no-stratum'] as const).map(
        (proposal) =>
          [verdict.kind, cardOf(language, { verdict, test, proposal, standing: [of('order')] })] as const,
      ),
    ),
  );

  it('every card is valid, says that it is about follow-up only, and shows no key of ours', () => {
    for (const [, card] of all) {
      expect(() => cardSchema.parse(card)).not.toThrow();
      expect(card.detail).toContain(CATALOGUES[language]['order.scope']);
      expect(card.summary).toContain(CATALOGUES[language]['banner.simulated']);
      expect(`${card.summary} ${card.detail}`).not.toMatch(/undefined|order\.(summary|row|finding)|\{\{/);
    }
  });

  it('only a duplicate is a warning: of an order with a date, or of another draft', () => {
    for (const verdict of VERDICTS) {
      const expected = 'of' in verdict && verdict.of.as === 'draft' ? 'warning' : 'info';
      expect(cardOf(language, { verdict, dated: false }).indicator).toBe(expected);
    }
  });

  it('only a duplicate is a warning, and nothing is recommended', () => {
    for (const [kind, card] of all) {
      expect(card.indicator).toBe(kind === 'duplicate' ? 'warning' : 'info');
      expect(card.suggestions?.some(({ isRecommended }) => isRecommended) ?? false).toBe(false);
      expect(card.selectionBehavior).toBe(card.suggestions === undefined ? undefined : 'at-most-one');
    }
  });

  it('its table is a table', () => {
    for (const [, { detail }] of all) {
      const html = new MarkdownIt().render(detail);
      expect(html.match(/<table>/g)).toHaveLength(1);
      expect(html).not.toMatch(/<td>[^<]*\|/);
    }
  });

  it('uses every text of its catalogue', () => {
    const text = [
      ...all.map(([, card]) => JSON.stringify(card)),
      JSON.stringify(cardOf(language, { dated: false, unseen: ['orders', 'appointments'] })),
      ...VERDICTS.flatMap((verdict) =>
        STATES.map((state) =>
          JSON.stringify(
            cardOf(language, { verdict, standing: 'of' in verdict ? [verdict.of] : [], ...state }),
          ),
        ),
      ),
      ...(['chest-ct', 'ctdna'] as const).map((test) => {
        const { lastOn: _, ...rest } = content(language, { test });
        return JSON.stringify(renderOrderCard({ ...contextIn(language), ...rest }));
      }),
    ].join('\n');
    const keys = (Object.keys(CATALOGUES[language]) as MessageKey[]).filter((key) =>
      key.startsWith('order.'),
    );
    const longest = (key: MessageKey) =>
      CATALOGUES[language][key].split(/\{\{\w+\}\}/).sort((one, other) => other.length - one.length)[0]!;
    expect(keys.filter((key) => !text.includes(longest(key)))).toEqual([]);
  });
});

describe('what may be done', () => {
  const actions = (parts: Partial<OrderCardContent>) =>
    (renderOrderCard({ ...contextIn('en'), ...content('en', parts) }).suggestions ?? []).map(
      ({ item, actions: [action] }) => [item, action],
    );

  it('moving changes when, and nothing else', () => {
    const { occurrenceDateTime: _, _occurrenceDateTime: __, ...kept } = content('en').draft;
    expect(actions({})).toEqual([
      [
        'order-move',
        expect.objectContaining({
          type: 'update',
          resource: { ...kept, occurrencePeriod: { start: '2027-02-08', end: '2027-03-10' } },
        }),
      ],
    ]);
  });

  it('what has no proposed time cannot be moved to it', () => {
    const { suggestions, selectionBehavior } = renderOrderCard({
      ...contextIn('en'),
      ...content('en', { proposal: 'no-stratum' }),
    });
    expect([suggestions, selectionBehavior]).toEqual([undefined, undefined]);
  });

  it('linking adds to what the order rests on', () => {
    const basedOn = [{ reference: 'CarePlan/c' }];
    const draft = { ...content('en').draft, basedOn };
    const [[item, link] = [], ...others] = actions({ draft, verdict: VERDICTS[6]! });
    expect([item, others]).toEqual(['order-link', []]);
    expect(link).toMatchObject({
      resource: { ...draft, basedOn: [...basedOn, { reference: 'ServiceRequest/s1' }] },
    });
  });

  it('nothing is moved to the proposed time where the last one was longer ago than the interval', () => {
    const { suggestions, summary, detail } = renderOrderCard({
      ...contextIn('en'),
      ...content('en', { verdict: { kind: 'too-late' }, isOverdue: true, lastOn: '2026-01-05' }),
    });
    expect(suggestions).toBeUndefined();
    expect(summary).toMatch(/^Chest CT is due already: the last one on record is of 5 Jan 2026/);
    expect(detail).toContain('do not wait for them');
  });

  it('nothing is withdrawn for a proposal, or for a test that was done', () => {
    for (const verdict of [VERDICTS[2]!, VERDICTS[6]!])
      expect(actions({ verdict }).map(([item]) => item)).not.toContain('order-withdraw');
  });

  it('a duplicate is withdrawn by its id', () => {
    expect(actions({ verdict: VERDICTS[3]! })).toMatchObject([
      ['order-withdraw', { type: 'delete', resourceId: 'ServiceRequest/d1' }],
    ]);
  });
});

describe('strings of the order', () => {
  it('are text in the detail, whatever they hold', () => {
    const title = '</td><script>alert(1)</script> ![x](https://evil.example/x.png) | pipe\nline';
    const { detail } = cardOf('en', { title });
    const html = new MarkdownIt({ html: true }).render(detail);
    expect(html).not.toMatch(/<script|<img|evil\.example\/x\.png"/);
    expect(html.match(/<tr>/g)).toHaveLength(4);
  });

  it('rows are bounded: a chart may hold any number of orders', () => {
    const { detail } = cardOf('en', { standing: Array<StandingTest>(500).fill(of('order')) });
    expect(detail.split('\n').filter((line) => line.startsWith('| Order on record'))).toHaveLength(5);
  });
});
