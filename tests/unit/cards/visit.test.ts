import { describe, expect, it } from 'vitest';
import { renderRiskCard } from '../../../src/cards/index.ts';
import {
  MODALITY_REASONS,
  type Assessment,
  type ModalityId,
  type ModalityOutcome,
  type NotPresent,
} from '../../../src/domain/index.ts';
import { LANGUAGES, type Language } from '../../../src/i18n/index.ts';
import { assessment, contextIn, contrast, criteriaWith, highProposals, MODALITIES } from './fixtures.ts';

const lacking = (modality: ModalityId, parts: Omit<NotPresent, 'evidence'>): ModalityOutcome => ({
  modality,
  evidence: [],
  ...parts,
});
const [METABOLOMICS, , CFDNA] = MODALITIES as [ModalityOutcome, ModalityOutcome, ModalityOutcome];
const NO_CT = lacking('radiomics', { status: 'absent', reason: 'no-model' });

/** What the card says under "At this visit"; undefined where it says nothing. */
const section = (
  modalities: readonly ModalityOutcome[],
  {
    language = 'en',
    ageDays = 0,
    atVisit = true,
    ...parts
  }: { language?: Language; ageDays?: number; atVisit?: boolean } & Partial<Assessment> = {},
): string | undefined => {
  const { detail } = renderRiskCard({
    ...contextIn(language),
    assessment: assessment({ modalities, ...parts }),
    proposals: highProposals(language),
    rechecked: true,
    ageDays,
    criteria: criteriaWith(),
    contrast: contrast(),
    atVisit,
  });
  const title = { en: 'At this visit', 'zh-CN': '本次就诊' }[language];
  return new RegExp(`\\*\\*${title}\\*\\*\\n\\n([\\s\\S]*?)\\n\\n\\*\\*`).exec(detail)?.[1];
};

describe('at this visit', () => {
  it('names what is too old and what is missing, and leaves the decision', () => {
    const text = section([
      lacking('metabolomics', { status: 'too-old', reason: 'older-than-allowed', collectedOn: '2026-04-23' }),
      NO_CT,
      lacking('cfdna', { status: 'absent', reason: 'no-data' }),
    ]);
    expect(text).toBe(
      '- Plasma metabolomics: the last is of 23 Apr 2026 (214 days ago), too old for the model. A new EDTA plasma sample, fasting, would let it be used.\n' +
        '- Plasma cell-free DNA: no sample or study since surgery that counts. A new plasma sample for cell-free DNA would let it be used.\n\n' +
        'This is about the estimate only; whether to examine is for you to decide.',
    );
  });

  it.each(['too-early', 'too-late'] as const)(
    'asks for nothing %s after surgery: no sample would help',
    (reason) => {
      const modalities = [lacking('metabolomics', { status: 'absent', reason: 'no-data' }), NO_CT, CFDNA];
      expect(section(modalities, { risk: { status: 'not-estimable', reason } })).toBeUndefined();
      const none = { status: 'not-estimable', reason: 'no-modality' } as const;
      expect(section(modalities, { risk: none })).toContain('A new EDTA plasma sample');
    },
  );

  it('asks for nothing where a result is on its way', () => {
    const text = section([
      lacking('metabolomics', { status: 'absent', reason: 'not-yet-usable', collectedOn: '2026-11-20' }),
      NO_CT,
      CFDNA,
    ]);
    expect(text).toBe('- Plasma metabolomics: collected on 20 Nov 2026; the result is still to come.');
  });

  it('says that nothing is needed where all that models are installed for is used', () => {
    expect(section([METABOLOMICS, NO_CT, CFDNA])).toContain('Nothing to bring');
    expect(
      section([METABOLOMICS, lacking('radiomics', { status: 'absent', reason: 'no-data' }), CFDNA]),
    ).toContain('A chest CT that is due anyway');
  });

  it.each(
    MODALITY_REASONS.filter(
      (reason) =>
        !['no-data', 'not-yet-usable', 'older-than-allowed', 'wrong-sample-type', 'unfit-sample'].includes(
          reason,
        ),
    ),
  )('asks for no new sample on account of: %s', (reason) => {
    const status = reason === 'no-model' || reason === 'no-access' ? 'absent' : 'rejected';
    const text = section([lacking('metabolomics', { status, reason }), NO_CT, CFDNA]) ?? '';
    expect(text).not.toContain('new');
    // What could not be used is no reason to say that all is well.
    expect(text.includes('Nothing to bring')).toBe(reason === 'no-model');
  });

  it.each([
    [
      'wrong-sample-type',
      'en',
      '- Plasma metabolomics: the sample of 20 Nov 2026 cannot be used (not plasma). A new EDTA plasma sample, fasting, would let it be used.',
    ],
    [
      'unfit-sample',
      'en',
      '- Plasma metabolomics: the sample of 20 Nov 2026 cannot be used (unfit, such as clotted or too little). A new EDTA plasma sample, fasting, would let it be used.',
    ],
    [
      'unfit-sample',
      'zh-CN',
      '- 血浆代谢组学：2026年11月20日的样本不能使用（不合格，如凝血、量不足）。空腹采集新的EDTA抗凝血浆样本后方可采用。',
    ],
  ] as const)(
    'asks for another sample where the last one is no good: %s, %s',
    (reason, language, expected) => {
      const outcome = lacking('metabolomics', { status: 'rejected', reason, collectedOn: '2026-11-20' });
      expect(section([outcome, NO_CT, CFDNA], { language })?.split('\n')[0]).toBe(expected);
    },
  );

  it.each(LANGUAGES)('is in %s, whether or not the date is known', (language) => {
    for (const [status, reason] of [
      ['too-old', 'older-than-allowed'],
      ['absent', 'not-yet-usable'],
      ['absent', 'no-data'],
      ['rejected', 'unfit-sample'],
      ['rejected', 'wrong-sample-type'],
    ] as const)
      for (const dated of [{}, { collectedOn: '2026-01-02' }]) {
        const text = section([lacking('cfdna', { status, reason, ...dated })], { language });
        expect(text).toMatch(/^- /);
        expect(text).not.toMatch(/\{\{|undefined/);
      }
  });

  it('is on no other card: not of a result of an earlier day, not of another service', () => {
    const modalities = [lacking('cfdna', { status: 'absent', reason: 'no-data' })];
    expect(section(modalities, { ageDays: 3 })).toBeUndefined();
    expect(section(modalities, { atVisit: false })).toBeUndefined();
  });
});
