import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { cardSchema, criterionRows, notEligibleCard, riskCard, type Card } from '../../../src/cards/index.ts';
import { UNKNOWN_REASONS } from '../../../src/chart/index.ts';
import { CRITERION_IDS, type CriterionId } from '../../../src/domain/index.ts';
import type { CriterionResult } from '../../../src/eligibility/index.ts';
import { CATALOGUES, createTranslator, LANGUAGES, type Language } from '../../../src/i18n/index.ts';
import { assessment, contextIn, contrast, criteriaWith, highProposals } from './fixtures.ts';

type Changes = Partial<Record<CriterionId, Partial<CriterionResult>>>;

const notEligible = (changed: Changes, language: Language = 'en'): Card =>
  cardSchema.parse(
    notEligibleCard({
      ...contextIn(language),
      eligibility: { outOfScope: [], criteria: criteriaWith(changed), eligible: false },
    }),
  );
const NOT_MET = { result: 'not-met', blocks: true } as const;
const UNKNOWN = { result: 'unknown', reason: 'not-recorded', blocks: true } as const;
const ref = (reference: string) => ({ reference, version: '1' });

/** The rows of the card's table, as the Markdown has them. */
const rowsOf = ({ detail }: Card): string[][] =>
  detail
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));

describe('the card of a patient who is not eligible', () => {
  it('lists all sixteen criteria: result, what the chart holds, evidence; what blocks first', () => {
    const card = notEligible({
      stage: { ...NOT_MET, found: 'pIIIC', evidence: [ref('Observation/stage')] },
      'no-r2-resection': { ...UNKNOWN, reason: 'code-unknown', evidence: [ref('Procedure/lobectomy')] },
      samples: { result: 'not-met', found: 'baseline', blocks: false },
      consent: { result: 'unknown', reason: 'not-recorded', blocks: false },
      age: { found: '66', evidence: [ref('Patient/p1')] },
    });
    const rows = rowsOf(card);
    expect(rows).toHaveLength(CRITERION_IDS.length);
    expect(rows.slice(0, 4)).toEqual([
      ['Stage IB to IIIA (pathologic, 8th TNM)', '**not met**', 'pIIIC', 'Observation&#47;stage'],
      ['Margins R0 or R1', '**unknown: a code this site does not know**', '–', 'Procedure&#47;lobectomy'],
      ['Samples at the protocol’s time points', 'not met (reported only)', 'before surgery', '–'],
      ['Informed consent', 'unknown: not recorded (reported only)', '–', '–'],
    ]);
    expect(rows).toContainEqual(['Age 18 to 84 at surgery', 'met', '66 years', 'Patient&#47;p1']);
    expect(card.detail).toContain('| Criterion | Result | In the chart | Evidence |');
  });

  it('names in the summary what is not met; only where nothing is, what is unknown; never what is reported', () => {
    const reported = { result: 'not-met', blocks: false } as const;
    const stage = notEligible({ stage: NOT_MET, neoadjuvant: UNKNOWN, samples: reported });
    expect(stage.summary).toBe(
      'No recurrence risk: criterion not met: Stage IB to IIIA (pathologic, 8th TNM)',
    );
    const unknown = notEligible({ neoadjuvant: UNKNOWN, samples: reported }, 'zh-CN');
    expect(unknown.summary).toBe('不显示复发风险，病历未能说明：新辅助化疗联合免疫治疗');
  });

  it.each(LANGUAGES)('%s: names as many as fit into 139 characters, and counts the others', (language) => {
    for (let count = 1; count <= CRITERION_IDS.length; count++) {
      const changed = Object.fromEntries(CRITERION_IDS.slice(0, count).map((id) => [id, NOT_MET]));
      const { summary } = notEligible(changed, language);
      expect(Array.from(summary).length).toBeLessThan(140);
      expect(summary).not.toContain('…');
      const names = CRITERION_IDS.map((id) => CATALOGUES[language][`criterion.${id}`]);
      const named = names.filter((name) => summary.includes(name)).length;
      const more = /(?:and |另有)(\d+)/.exec(summary)?.[1] ?? '0';
      expect(named).toBeGreaterThan(0);
      expect(named + Number(more)).toBe(count);
    }
  });

  it('names the first three resources of a criterion, and counts the others', () => {
    const evidence = [1, 2, 3, 4, 5].map((dose) => ref(`MedicationAdministration/d${String(dose)}`));
    const [row] = rowsOf(notEligible({ neoadjuvant: { ...NOT_MET, evidence } }));
    expect(row![3]).toBe(
      'MedicationAdministration&#47;d1, MedicationAdministration&#47;d2, MedicationAdministration&#47;d3 and 2 more',
    );
  });

  it.each(CRITERION_IDS)('shows what the chart holds as text only: %s', (id) => {
    const hostile = '<script>alert(1)</script> | x\n| y | **z** |';
    const card = notEligible({
      [id]: { ...NOT_MET, found: hostile, evidence: [ref(`Observation/${hostile}`)] },
    });
    const html = new MarkdownIt({ html: true }).render(card.detail);
    expect(html).not.toContain('<script');
    expect(html.match(/<tr>/g)).toHaveLength(1 + CRITERION_IDS.length);
    expect(html.match(/<td>/g)).toHaveLength(4 * CRITERION_IDS.length);
    expect(card.summary).not.toContain('script');
  });
});

describe('what a criterion found', () => {
  const foundIn = (language: Language, id: CriterionId, found: string): string =>
    criterionRows(createTranslator(language), criteriaWith({ [id]: { found } })).find((row) => row.id === id)!
      .found;

  it.each([
    ['en', 'neoadjuvant', '2', '2 cycles'],
    ['en', 'neoadjuvant', '1, undated', '1 cycle, further ones without a date'],
    ['zh-CN', 'neoadjuvant', '0', '0个周期'],
    ['en', 'neoadjuvant', 'ordered-only', 'ordered; no administration recorded'],
    ['en', 'resection', '2026-09-30, not-radical', '30 Sept 2026, not radical'],
    ['zh-CN', 'resection', '2026-09-30', '2026年9月30日'],
    ['en', 'no-other-malignancy', '2023-09, 2021-02-03', 'Sept 2023, 3 Feb 2021'],
    ['en', 'age', '86', '86 years'],
    ['en', 'age', '1', '1 year'],
    ['zh-CN', 'age', '86', '86岁'],
    ['en', 'stage', 'ypIIIA', 'ypIIIA'],
    ['zh-CN', 'no-advanced-stage', 'pIIB, cIV', 'pIIB、cIV'],
    ['zh-CN', 'consent', 'withdrawn', '已撤回'],
    ['en', 'no-pure-ground-glass', 'pure', 'pure ground-glass'],
    ['zh-CN', 'samples', 'baseline, follow-up', '术前、随访'],
    ['en', 'no-r2-resection', 'R2', 'R2'],
    ['en', 'investigator-judgement', 'transfusion', 'perioperative transfusion'],
    // Of no form that a criterion gives: as it stands.
    ['en', 'age', '-3', '-3'],
    ['en', 'neoadjuvant', 'two', 'two'],
    ['en', 'resection', '2026-13-41', '2026-13-41'],
    ['en', 'stage', 'constructor', 'constructor'],
  ] as const)('%s: %s %s is shown as %s', (language, id, found, shown) => {
    expect(foundIn(language, id, found)).toBe(shown);
  });

  it.each(LANGUAGES)('%s: every reason has its words', (language) => {
    const words = UNKNOWN_REASONS.map(
      (reason) =>
        criterionRows(createTranslator(language), criteriaWith({ age: { ...UNKNOWN, reason } }))[0]!
          .resultText,
    );
    expect(new Set(words).size).toBe(UNKNOWN_REASONS.length);
  });

  it('each resource is named once', () => {
    const evidence = [ref('Procedure/p'), ref('Procedure/p')];
    const rows = criterionRows(createTranslator('en'), criteriaWith({ resection: { evidence } }));
    expect(rows.find(({ id }) => id === 'resection')!.evidence).toEqual(['Procedure/p']);
  });
});

describe('the criteria on the risk card', () => {
  const risk = (changed: Changes, language: Language = 'en'): Card =>
    cardSchema.parse(
      riskCard({
        ...contextIn(language),
        assessment: assessment(),
        proposals: highProposals(language),
        rechecked: true,
        ageDays: 0,
        criteria: criteriaWith(changed),
        contrast: contrast(),
      }),
    );

  it('all met: one line', () => {
    expect(risk({}).detail).toContain(
      '**Criteria of study NCT07291921**\n\nAll 16 criteria are met.\n\nModel',
    );
    expect(risk({}, 'zh-CN').detail).toContain('16项标准全部符合。');
  });

  it('names what is not met or unknown and does not block, with what the chart holds', () => {
    const { detail } = risk({
      samples: { result: 'not-met', found: 'baseline' },
      consent: { result: 'unknown', reason: 'not-recorded' },
    });
    expect(detail).toContain(
      [
        '14 of 16 criteria are met. Reported, not blocking:',
        '',
        '- Samples at the protocol’s time points – not met; in the chart: before surgery',
        '- Informed consent – unknown: not recorded',
      ].join('\n'),
    );
  });

  it('carries no hostile text of the chart', () => {
    const { detail } = risk({ samples: { result: 'not-met', found: '<img src=x>\n# h' } });
    expect(detail).not.toContain('<img');
    expect(detail).not.toContain('\n# h');
  });
});
