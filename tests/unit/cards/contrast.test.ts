import { describe, expect, it } from 'vitest';
import { cardSchema, riskCard, type ContrastNotes } from '../../../src/cards/index.ts';
import type { Language } from '../../../src/i18n/index.ts';
import { assessment, contextIn, contrast, criteriaWith, highProposals } from './fixtures.ts';

const detailWith = (notes: ContrastNotes, language: Language = 'en', proposals = highProposals(language)) =>
  cardSchema.parse(
    riskCard({
      ...contextIn(language),
      // of 23 November 2026
      assessment: assessment(),
      proposals,
      rechecked: true,
      ageDays: 0,
      criteria: criteriaWith(),
      contrast: notes,
    }),
  ).detail;

const egfr = (on: string) => ({ status: 'known', value: 78.4, on }) as const;
const none = (reason: 'not-recorded' | 'not-read') => ({ status: 'unknown', reason }) as const;

describe('what a proposed contrast CT needs to know', () => {
  it.each<[string, Partial<ContrastNotes>, string]>([
    ['eGFR of two weeks ago', {}, 'Contrast: eGFR 78 mL/min/1.73 m² (9 Nov 2026).'],
    ['of 92 days ago', { egfr: egfr('2026-08-23') }, 'Contrast: eGFR 78 mL/min/1.73 m² (23 Aug 2026).'],
    [
      'of 93 days ago, creatinine newer',
      { egfr: egfr('2026-08-22') },
      'Contrast: no eGFR in the last 3 months; creatinine 88 µmol/L (9 Nov 2026).',
    ],
    [
      'both old',
      { egfr: egfr('2026-08-22'), creatinine: { status: 'known', value: 88, on: '2026-08-22' } },
      'Contrast: last eGFR 78 mL/min/1.73 m² (22 Aug 2026), more than 3 months ago.',
    ],
    [
      'nothing',
      { egfr: none('not-recorded'), creatinine: none('not-recorded') },
      'Contrast: no eGFR on record.',
    ],
    [
      'an eGFR without a day is none',
      { egfr: { status: 'known', value: 78 }, creatinine: none('not-recorded') },
      'Contrast: no eGFR on record.',
    ],
    [
      'not read',
      { egfr: none('not-read'), creatinine: none('not-read') },
      'Contrast: kidney function could not be read.',
    ],
  ])('%s', (_, parts, expected) => {
    expect(detailWith(contrast(parts))).toContain(`${expected} No contrast allergy on record.`);
  });

  it('an allergy to contrast media stands out, with its resource; unread allergies are not none', () => {
    const allergic = contrast({
      contrastAllergies: [{ reference: 'AllergyIntolerance/<b>', version: '1' }],
    });
    expect(detailWith(allergic)).toContain(
      '**Contrast allergy on record** (AllergyIntolerance&#47;&#60;b&#62;).',
    );
    const unread = detailWith(contrast({ allergiesRead: false }));
    expect(unread).toContain('Allergies could not be read.');
    expect(unread).not.toContain('No contrast allergy');
  });

  it('in Chinese', () => {
    expect(detailWith(contrast(), 'zh-CN')).toContain(
      '增强扫描：eGFR 78 mL/min/1.73 m²（2026年11月9日）。 病历中无造影剂过敏记录。',
    );
  });

  it('only where a contrast CT is proposed', () => {
    const visitOnly = highProposals('en').filter(({ title }) => !title.includes('CT'));
    expect(visitOnly.length).toBeGreaterThan(0);
    expect(detailWith(contrast(), 'en', visitOnly)).not.toContain('Contrast:');
    expect(detailWith(contrast(), 'en', [])).not.toContain('Contrast:');
  });
});
