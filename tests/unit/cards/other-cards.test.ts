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
    ['second operation', barredCard({ ...context, barred: { reason: 'second-operation', evidence: [] } })],
    [
      'second operation on',
      barredCard({ ...context, barred: { reason: 'second-operation', on: '2026-09-30', evidence: [] } }),
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

  it.each([
    ['en', 'neoadjuvant', '2', '2 cycles'],
    ['en', 'neoadjuvant', '1', '1 cycle'],
    ['en', 'neoadjuvant', '0', '0 cycles'],
    ['zh-CN', 'neoadjuvant', '2', '2个周期'],
    ['zh-CN', 'neoadjuvant', '1', '1个周期'],
    ['en', 'resection', '2026-09-30', '30 Sept 2026'],
    ['zh-CN', 'resection', '2026-09-30', '2026年9月30日'],
    ['en', 'resection', '2026-09', 'Sept 2026'],
    ['en', 'age', '86', '86 years'],
    ['en', 'age', '1', '1 year'],
    ['zh-CN', 'age', '86', '86岁'],
    ['en', 'stage', 'pIIIA', 'pIIIA'],
    ['zh-CN', 'stage', 'pIIIA', 'pIIIA'],
    // Of no form that a criterion gives: as it stands in the chart.
    ['en', 'age', '-3', '&#45;3'],
    ['en', 'neoadjuvant', 'two', 'two'],
    ['en', 'resection', '2026-13-41', '2026-13-41'],
    ['en', 'resection', 'autumn', 'autumn'],
  ] as const)('%s: %s %s is shown as %s', (language, id, found, shown) => {
    const eligibility = eligibilityWith({ [id]: { found } });
    const card = notEligibleCard({ ...contextIn(language), eligibility });
    const catalogue = CATALOGUES[language];
    expect(card.detail).toContain(
      `| ${catalogue[`criterion.${id}`]} | ${catalogue['criterion.met']} | ${shown} |`,
    );
  });

  it.each([
    ['en', 'Resection of the lung (margins not checked)'],
    ['zh-CN', '肺切除术（切缘未核查）'],
  ] as const)('%s: claims no radicality of the resection', (language, name) => {
    const eligibility = eligibilityWith({ resection: { result: 'unknown' } });
    const card = notEligibleCard({ ...contextIn(language), eligibility });
    expect(card.summary).toContain(name);
    expect(`${card.summary} ${card.detail}`).not.toMatch(/radical|根治/i);
  });

  it.each(CRITERION_IDS)('shows what the chart holds as text only: %s', (id) => {
    const found = '<script>alert(1)</script> | x\n| y | **z** |';
    const card = notEligibleCard({
      ...contextIn('en'),
      eligibility: eligibilityWith({ [id]: { result: 'not-met', found } }),
    });
    const html = new MarkdownIt({ html: true }).render(card.detail);
    expect(html).not.toContain('<script');
    expect(html.match(/<tr>/g)).toHaveLength(1 + CRITERION_IDS.length);
    expect(card.summary).not.toContain('script');
  });
});

describe('an earlier result', () => {
  it('of a patient still eligible: with its date and its number, and no word on whether it holds', () => {
    const previous = { status: 'valid', assessment: assessment() } as const;
    const cards = [
      pendingCard({ ...contextIn('en', false), previous }),
      unavailableCard({ ...contextIn('en', false), previous, errorCode: 'FHIR_TIMEOUT' }),
    ];
    for (const card of cards) {
      expect(card.detail).toContain('Last result, of 23 Nov 2026: 12-month risk of recurrence or death 27%');
      expect(card.detail).not.toMatch(/valid/);
      // The number's own model is simulated, whatever is installed now.
      expect(card.detail).toMatch(/^\*\*Simulated model, not for clinical use\*\*/);
      expect(card.suggestions).toBeUndefined();
    }
  });

  it.each([
    ['en', 'Last result, of 23 Nov 2026: 12-month risk'],
    ['zh-CN', '上次结果（2026年11月23日）：12个月内复发或死亡风险'],
  ] as const)('in %s', (language, expected) => {
    const previous = { status: 'valid', assessment: assessment() } as const;
    expect(pendingCard({ ...contextIn(language), previous }).detail).toContain(expected);
  });

  it('none kept: does not claim that there never was one', () => {
    expect(pendingCard(contextIn('en')).detail).toContain('No earlier result is kept.');
    expect(pendingCard(contextIn('zh-CN')).detail).toContain('未保留此前的结果。');
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
    ['SMART_TOKEN_REFUSED', 'the record server refused access'],
    ['SMART_TOKEN_UNAVAILABLE', 'the record server did not answer'],
    ['ASSESSMENT_UNANSWERED', 'the workers see another chart than this request'],
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
  it.each([
    [
      'en',
      undefined,
      'A second lung operation is recorded in the chart: no recurrence risk is shown',
      'the risk is defined from one resection; no number is shown.',
    ],
    [
      'en',
      '2026-09-30',
      'A second lung operation is recorded in the chart on 30 Sept 2026: no recurrence risk is shown',
      'the risk is defined from one resection; no number is shown.',
    ],
    [
      'zh-CN',
      '2026-09-30',
      '病历记录2026年9月30日有第二次肺部手术，不显示复发风险',
      '该风险仅自一次切除术起定义，故不显示数值。',
    ],
  ] as const)('%s: a second operation (%s)', (language, on, summary, why) => {
    const card = barredCard({
      ...contextIn(language),
      barred: { reason: 'second-operation', evidence: [], ...(on !== undefined && { on }) },
    });
    expect(card.summary).toBe(summary);
    expect(card.detail).toContain(why);
    expect(card.source.topic.code).toBe('no-risk-defined');
  });

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
