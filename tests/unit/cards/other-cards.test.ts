import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import {
  barredCard,
  cardSchema,
  notEligibleCard,
  outOfScopeCard,
  pendingCard,
  unavailableCard,
} from '../../../src/cards/index.ts';
import type { Card } from '../../../src/cards/index.ts';
import { ERRORS } from '../../../src/domain/index.ts';
import type { ErrorCode } from '../../../src/domain/index.ts';
import { CRITERION_IDS } from '../../../src/eligibility/index.ts';
import type { CriterionId, CriterionResult, Eligibility } from '../../../src/eligibility/index.ts';
import { CATALOGUES, LANGUAGES } from '../../../src/i18n/index.ts';
import type { Language } from '../../../src/i18n/index.ts';
import { assessment, contextIn } from './fixtures.ts';

const eligibilityWith = (changed: Partial<Record<CriterionId, Partial<CriterionResult>>>): Eligibility => ({
  outOfScope: [],
  criteria: CRITERION_IDS.map((id) => ({ id, result: 'met', evidence: [], ...changed[id] })),
  eligible: false,
});

/** Every card that must not show a risk, in a language. */
const numberless = (language: Language, simulated = true): readonly (readonly [string, Card])[] => {
  const context = contextIn(language, simulated);
  const outlived = { status: 'outlived', landmarkDate: '2026-09-30' } as const;
  const everything: Eligibility['outOfScope'] = ['no-lung-cancer', 'no-lung-resection'];
  const cards: [string, Card][] = [
    ...CRITERION_IDS.flatMap((id): [string, Card][] =>
      (['not-met', 'unknown'] as const).map((result) => [
        `not eligible: ${id} ${result}`,
        notEligibleCard({ ...context, eligibility: eligibilityWith({ [id]: { result } }) }),
      ]),
    ),
    ['deceased', barredCard({ ...context, barred: { reason: 'deceased' } })],
    ['recurred', barredCard({ ...context, barred: { reason: 'recurred', evidence: [] } })],
    [
      'recurred on',
      barredCard({ ...context, barred: { reason: 'recurred', on: '2026-09-30', evidence: [] } }),
    ],
    ['pending', pendingCard(context)],
    ['pending, outlived', pendingCard({ ...context, previous: outlived })],
    ...(Object.keys(ERRORS) as ErrorCode[]).map((errorCode): [string, Card] => [
      `unavailable: ${errorCode}`,
      unavailableCard({ ...context, errorCode, previous: outlived }),
    ]),
    ['out of scope', outOfScopeCard({ ...context, outOfScope: everything })],
  ];
  return cards;
};

describe.each(LANGUAGES)('cards without a number, in %s', (language) => {
  it.each(numberless(language))('%s: valid, no risk, no proposals, the banner first', (_name, card) => {
    expect(cardSchema.safeParse(card).error).toBeUndefined();
    expect(`${card.summary} ${card.detail}`).not.toMatch(/\d\s*[%％]/);
    expect(card.suggestions).toBeUndefined();
    expect(card.indicator).toBe('info');
    expect(card.detail.startsWith(`**${CATALOGUES[language]['banner.simulated']}**`)).toBe(true);
  });

  it.each(numberless(language, false))('%s: no banner for a model that is not simulated', (_name, card) => {
    expect(card.detail).not.toContain(CATALOGUES[language]['banner.simulated']);
  });

  it('every criterion at once still fits the summary, and the detail names them all', () => {
    const all = Object.fromEntries(CRITERION_IDS.map((id) => [id, { result: 'not-met' as const }]));
    const card = notEligibleCard({ ...contextIn(language), eligibility: eligibilityWith(all) });
    expect(Array.from(card.summary).length).toBeLessThan(140);
    for (const id of CRITERION_IDS) expect(card.detail).toContain(CATALOGUES[language][`criterion.${id}`]);
  });
});

describe('notEligibleCard', () => {
  it('names what is not met before what is not recorded', () => {
    const eligibility = eligibilityWith({
      stage: { result: 'not-met', found: 'IIIC' },
      neoadjuvant: { result: 'unknown' },
    });
    const card = notEligibleCard({ ...contextIn('en'), eligibility });
    expect(card.summary).toBe('No recurrence risk: criterion not met: Stage IB to IIIA');
    expect(card.detail).toContain('| Stage IB to IIIA | **not met** | IIIC |');
    expect(card.detail).toContain('| Neoadjuvant chemo-immunotherapy | **not recorded** | – |');
    const unknown = notEligibleCard({
      ...contextIn('zh-CN'),
      eligibility: eligibilityWith({ neoadjuvant: { result: 'unknown' } }),
    });
    expect(unknown.summary).toBe('不显示复发风险，病历中无以下记录：新辅助化疗联合免疫治疗');
  });

  it('shows what the chart holds as text only', () => {
    const found = '<script>alert(1)</script> | x\n| y | **z** |';
    const card = notEligibleCard({
      ...contextIn('en'),
      eligibility: eligibilityWith({ stage: { result: 'not-met', found } }),
    });
    const html = new MarkdownIt({ html: true }).render(card.detail);
    expect(html).not.toContain('<script');
    expect(html.match(/<tr>/g)).toHaveLength(1 + CRITERION_IDS.length);
    expect(card.summary).not.toContain('script');
  });
});

describe('an earlier result', () => {
  it('still valid: with its date and its number', () => {
    const previous = { status: 'valid', assessment: assessment() } as const;
    const cards = [
      pendingCard({ ...contextIn('en', false), previous }),
      unavailableCard({ ...contextIn('en', false), previous, errorCode: 'FHIR_TIMEOUT' }),
    ];
    for (const card of cards) {
      expect(card.detail).toContain('of 23 Nov 2026, still valid: 12-month risk of recurrence or death 27%');
      // The number's own model is simulated, whatever is installed now.
      expect(card.detail).toMatch(/^\*\*Simulated model, not for clinical use\*\*/);
      expect(card.suggestions).toBeUndefined();
    }
  });

  it('outlived: with its date only', () => {
    const previous = { status: 'outlived', landmarkDate: '2026-09-30' } as const;
    const card = pendingCard({ ...contextIn('en'), previous });
    expect(card.detail).toContain('30 Sept 2026');
  });
});

describe('unavailableCard', () => {
  it.each([
    ['FHIR_TIMEOUT', 'the record server did not answer'],
    ['FHIR_REFUSED', 'the record server refused access'],
    ['FHIR_FOREIGN_LINK', 'the record server refused access'],
    ['QUEUE_UNAVAILABLE', 'the queue or result store is down'],
    ['STORE_DAMAGED', 'the queue or result store is down'],
    ['MODEL_DIGEST_MISMATCH', 'the model cannot be used'],
    ['UNIT_INCONVERTIBLE', 'the chart’s data cannot be read'],
    ['INTERNAL', 'an internal error'],
  ] as const)('%s: %s', (errorCode, reason) => {
    const card = unavailableCard({ ...contextIn('en'), errorCode });
    expect(card.summary).toBe(`Recurrence risk is not available now: ${reason}`);
    expect(new MarkdownIt().render(card.detail)).toContain(`Code for the help desk: ${errorCode}.`);
  });
});

describe('barredCard', () => {
  it('dates the recurrence where the chart does', () => {
    const card = barredCard({
      ...contextIn('en'),
      barred: { reason: 'recurred', on: '2026-09-30', evidence: [] },
    });
    expect(card.summary).toBe(
      'Recurrence is recorded in the chart on 30 Sept 2026: no recurrence risk is shown',
    );
  });
});
