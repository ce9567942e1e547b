/** Each criterion on hand-made facts; the study is NCT07291921. */
import { describe, expect, it } from 'vitest';
import type { ClinicalFacts } from '../../../src/chart/index.ts';
import { UNKNOWN_REASONS } from '../../../src/chart/index.ts';
import {
  clinicalFactsWith,
  conditionFact,
  judged,
  known,
  patientFact,
  procedureFact,
  ref,
  sampleFact,
  SURGERY,
  surgeryFact,
  therapyFact,
  unknownFact,
  without,
} from './hand-made.ts';

const facts = clinicalFactsWith();

describe('consent', () => {
  it.each([
    ['given', 'met', 'met'],
    ['withdrawn', 'not-met', 'not-met'],
  ] as const)('%s', (value, consent, notWithdrawn) => {
    const clinical = clinicalFactsWith({ consent: known(value, 'Consent/study') });
    const expected = { found: value, evidence: ['Consent/study'] };
    expect(judged('consent', clinical)).toMatchObject({ ...expected, result: consent });
    expect(judged('consent-not-withdrawn', clinical)).toMatchObject({ ...expected, result: notWithdrawn });
  });

  it('not recorded: reported and not blocking; withdrawn: it blocks', () => {
    const silent = clinicalFactsWith({ consent: unknownFact('not-recorded') });
    const withdrawn = clinicalFactsWith({ consent: known('withdrawn', 'Consent/study') });
    for (const id of ['consent', 'consent-not-withdrawn'] as const) {
      expect(judged(id, silent)).toMatchObject({ result: 'unknown', reason: 'not-recorded', blocks: false });
      expect(judged(id, withdrawn).blocks).toBe(true);
    }
  });
});

describe('age', () => {
  it.each([
    // the day of surgery is 15 January 2026
    ['2008-01-15', 'met', '18'],
    ['2008-01-16', 'not-met', '17'],
    ['1941-01-16', 'met', '84'],
    ['1941-01-15', 'not-met', '85'],
    ['2026-02-01', 'not-met', '-1'],
  ])('born %s: %s at surgery', (birthDate, result, found) => {
    expect(judged('age', facts, { patient: patientFact({ birthDate }) })).toMatchObject({
      result,
      found,
      evidence: ['Patient/p1'],
    });
  });

  it('born on no known day: unknown', () => {
    const { birthDate: _, ...patient } = patientFact();
    expect(judged('age', facts, { patient })).toMatchObject({ result: 'unknown', reason: 'no-date' });
  });

  it('a 29 February is a birthday of 1 March in other years', () => {
    const at = (performedOn: string) =>
      judged('age', clinicalFactsWith({ surgery: surgeryFact({ performedOn }) }), {
        patient: patientFact({ birthDate: '2008-02-29' }),
      }).found;
    expect([at('2026-02-28'), at('2026-03-01')]).toEqual(['17', '18']);
  });

  it('is judged today where surgery has no date', () => {
    const patient = patientFact({ birthDate: '1941-06-01' });
    expect(judged('age', without(facts, 'surgery'), { patient })).toMatchObject({
      result: 'not-met',
      found: '85',
    });
  });
});

describe('histology', () => {
  const sclc = conditionFact('sclc');
  const suspected = conditionFact('sclc', { verificationStatus: 'provisional' });
  it.each<[string, Partial<ClinicalFacts>, string, string]>([
    ['NSCLC alone', {}, 'met', 'met'],
    ['small cell as well', { otherHistology: [sclc] }, 'met', 'not-met'],
    ['small cell alone', { nsclc: [], lungCancer: [], otherHistology: [sclc] }, 'not-met', 'not-met'],
    ['small cell only suspected', { otherHistology: [suspected] }, 'met', 'met'],
    ['no histology', { nsclc: [] }, 'unknown', 'unknown'],
    ['no histology, small cell suspected', { nsclc: [], otherHistology: [suspected] }, 'unknown', 'unknown'],
  ])('%s', (_, change, nsclc, noOther) => {
    const clinical = clinicalFactsWith(change);
    expect(judged('nsclc', clinical).result).toBe(nsclc);
    expect(judged('no-other-histology', clinical).result).toBe(noOther);
  });

  it('without a histology the lung cancer itself is what was judged', () => {
    const clinical = clinicalFactsWith({ nsclc: [], lungCancer: [conditionFact('c34')] });
    for (const id of ['nsclc', 'no-other-histology'] as const)
      expect(judged(id, clinical)).toMatchObject({
        reason: 'not-recorded',
        evidence: ['Condition/c34'],
        blocks: true,
      });
    expect(judged('nsclc', clinical, { unread: new Set(['conditions']) }).reason).toBe('not-read');
  });
});

describe('pure ground-glass', () => {
  it.each([
    ['pure', 'not-met'],
    ['part-solid', 'met'],
    ['solid', 'met'],
  ] as const)('%s: %s', (value, result) => {
    const groundGlass = known(value, 'Observation/nodule');
    expect(judged('no-pure-ground-glass', clinicalFactsWith({ groundGlass }))).toMatchObject({
      result,
      found: value,
      blocks: result === 'not-met',
    });
  });

  it.each(UNKNOWN_REASONS)('unknown (%s): reported', (reason) => {
    const clinical = clinicalFactsWith({ groundGlass: unknownFact(reason, 'Observation/nodule') });
    expect(judged('no-pure-ground-glass', clinical)).toMatchObject({
      result: 'unknown',
      reason,
      evidence: ['Observation/nodule'],
      blocks: false,
    });
  });
});

describe('the operation', () => {
  const undated = { ...without(facts, 'surgery'), resections: [procedureFact('x')] };

  it.each<[string, ClinicalFacts, object]>([
    ['radical', facts, { result: 'met', found: SURGERY, evidence: ['Procedure/lobectomy'] }],
    [
      'not radical',
      clinicalFactsWith({ surgery: surgeryFact({ radical: known(false, 'Procedure/lobectomy') }) }),
      { result: 'not-met', found: `${SURGERY}, not-radical` },
    ],
    [
      'radical or not is not known',
      clinicalFactsWith({ surgery: surgeryFact({ radical: unknownFact('code-unknown') }) }),
      { result: 'unknown', reason: 'code-unknown', found: SURGERY, blocks: true },
    ],
    ['without a date', undated, { result: 'unknown', reason: 'no-date', evidence: ['Procedure/x'] }],
    ['none', { ...undated, resections: [] }, { result: 'unknown', reason: 'not-recorded', evidence: [] }],
  ])('%s', (_, clinical, expected) => {
    expect(judged('resection', clinical)).toMatchObject(expected);
  });

  it.each([
    ['R0', 'met'],
    ['R1', 'met'],
    ['R2', 'not-met'],
  ] as const)('%s: %s', (value, result) => {
    const surgery = surgeryFact({ residualTumour: known(value, 'Observation/margins') });
    expect(judged('no-r2-resection', clinicalFactsWith({ surgery }))).toMatchObject({
      result,
      found: value,
      evidence: ['Observation/margins'],
    });
  });

  it('margins that are not known block', () => {
    const surgery = surgeryFact({ residualTumour: unknownFact('not-recorded') });
    expect(judged('no-r2-resection', clinicalFactsWith({ surgery }))).toMatchObject({
      result: 'unknown',
      reason: 'not-recorded',
      blocks: true,
    });
    expect(judged('no-r2-resection', undated)).toMatchObject({ result: 'unknown', reason: 'no-date' });
  });

  const contraindication = [ref('Condition/heart')];
  it.each<[string, ClinicalFacts, object]>([
    ['radical resection done', facts, { result: 'met' }],
    [
      'done in spite of a contraindication',
      clinicalFactsWith({ surgicalContraindications: contraindication }),
      { result: 'met' },
    ],
    [
      'not radical because of one',
      clinicalFactsWith({
        surgery: surgeryFact({ radical: known(false, 'Procedure/wedge') }),
        surgicalContraindications: contraindication,
      }),
      { result: 'not-met', found: 'contraindication', evidence: ['Condition/heart'] },
    ],
    [
      'not radical, and nobody says why',
      clinicalFactsWith({ surgery: surgeryFact({ radical: known(false, 'Procedure/wedge') }) }),
      { result: 'unknown', reason: 'not-recorded' },
    ],
    [
      'radical or not is not known',
      clinicalFactsWith({ surgery: surgeryFact({ radical: unknownFact('code-unknown') }) }),
      { result: 'unknown', reason: 'code-unknown' },
    ],
    ['no date', undated, { result: 'unknown', reason: 'no-date' }],
  ])('operable: %s', (_, clinical, expected) => {
    expect(judged('operable', clinical)).toMatchObject(expected);
  });
});

describe('neoadjuvant therapy', () => {
  const days = (count: number) => ['2025-10-24', '2025-11-14', '2025-12-05', '2025-12-26'].slice(0, count);
  type Doses = readonly [given: number, undated?: number, ordered?: number];
  const given = ([count, undated = 0, ordered = 0]: Doses, name: string) =>
    therapyFact(name, days(count), { undated, ordered });

  it.each<[string, Doses, Doses, string, string | undefined, string | undefined]>([
    ['two cycles of both', [2], [2], 'met', '2', undefined],
    ['three and two', [3], [2], 'met', '2', undefined],
    ['one cycle of platinum', [2], [1], 'not-met', '1', undefined],
    ['one cycle of platinum, more of it ordered', [2], [1, 0, 3], 'not-met', '1', undefined],
    ['no platinum', [2], [0], 'not-met', '0', undefined],
    ['no immunotherapy, platinum undated', [0], [0, 2], 'not-met', '0', undefined],
    ['nothing recorded: often it was given elsewhere', [0], [0], 'unknown', undefined, 'not-recorded'],
    ['orders alone', [0, 0, 2], [0, 0, 2], 'unknown', 'ordered-only', 'not-recorded'],
    ['platinum only ordered', [2], [0, 0, 2], 'unknown', 'ordered-only', 'not-recorded'],
    ['one ordered, the other not even that', [0], [0, 0, 2], 'unknown', 'ordered-only', 'not-recorded'],
    ['an undated dose could complete it', [2], [1, 1], 'unknown', '1, undated', 'no-date'],
    ['an undated dose that does not complete it', [2], [0, 1], 'not-met', '0', undefined],
    ['undated in both', [0, 2], [0, 2], 'unknown', '0, undated', 'no-date'],
    ['undated ones beside enough', [2, 1], [2, 1], 'met', '2', undefined],
  ])('%s', (_, immunotherapy, platinum, result, found, reason) => {
    const clinical = clinicalFactsWith({
      immunotherapy: given(immunotherapy, 'nivolumab'),
      platinum: given(platinum, 'cisplatin'),
    });
    const judgement = judged('neoadjuvant', clinical);
    expect([judgement.result, judgement.found, judgement.reason]).toEqual([result, found, reason]);
  });

  it('administrations of a drug that is not said could complete it', () => {
    const uncoded = [ref('MedicationAdministration/x')];
    const withUncoded = (platinum: Doses) =>
      judged('neoadjuvant', clinicalFactsWith({ platinum: { ...given(platinum, 'cisplatin'), uncoded } }));
    expect(withUncoded([1])).toMatchObject({
      result: 'unknown',
      reason: 'code-unknown',
      found: '1, uncoded',
      evidence: expect.arrayContaining(['MedicationAdministration/x']) as string[],
    });
    expect(withUncoded([0]).result).toBe('not-met');
    expect(withUncoded([2]).result).toBe('met');
  });

  it('names administrations and orders as evidence', () => {
    const clinical = clinicalFactsWith({
      immunotherapy: given([1, 1], 'nivolumab'),
      platinum: given([0, 0, 1], 'cisplatin'),
    });
    expect(judged('neoadjuvant', clinical).evidence).toEqual([
      'MedicationAdministration/nivolumab-0',
      'MedicationAdministration/nivolumab-undated-0',
      'MedicationRequest/cisplatin-0',
    ]);
  });

  it('unread medications are no silence', () => {
    const nothing = therapyFact('none', []);
    const clinical = clinicalFactsWith({ immunotherapy: nothing, platinum: nothing });
    expect(judged('neoadjuvant', clinical, { unread: new Set(['medications']) }).reason).toBe('not-read');
  });
});

describe('samples', () => {
  const [baseline, postoperative, followUp] = facts.samples;
  const of = (...samples: ClinicalFacts['samples'][number][]) => clinicalFactsWith({ samples });

  it('all three time points; two of them; none', () => {
    expect(judged('samples', facts)).toMatchObject({
      result: 'met',
      found: 'baseline, postoperative, follow-up',
    });
    expect(judged('samples', of(followUp!, baseline!))).toMatchObject({
      result: 'not-met',
      found: 'baseline, follow-up',
      evidence: ['Specimen/follow-up', 'Specimen/baseline'],
      blocks: false,
    });
    expect(judged('samples', of())).toMatchObject({
      result: 'unknown',
      reason: 'not-recorded',
      blocks: false,
    });
  });

  it('a time point is inadequate when every sample of it is', () => {
    const spoilt = sampleFact('follow-up', '2026-09-01', { adequate: false, source: ref('Specimen/spoilt') });
    expect(judged('adequate-samples', of(baseline!, postoperative!, spoilt, followUp!)).result).toBe('met');
    expect(judged('adequate-samples', of(baseline!, postoperative!, spoilt))).toMatchObject({
      result: 'not-met',
      found: 'follow-up',
      evidence: ['Specimen/spoilt'],
      blocks: false,
    });
    expect(judged('adequate-samples', of())).toMatchObject({ result: 'unknown', blocks: false });
  });
});
