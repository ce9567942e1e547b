/** What the past says against a patient: other malignancies, the investigator's judgement. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MalignancyFact } from '../../../src/chart/clinical-facts.ts';
import type { ClinicalFacts } from '../../../src/chart/index.ts';
import {
  clinicalFactsWith,
  judged,
  known,
  malignancyFact,
  ref,
  SURGERY,
  surgeryFact,
  unknownFact,
  without,
} from './hand-made.ts';

describe('other malignancy in the 5 years before surgery (15 January 2026)', () => {
  const resolved = (onsetOn: string | undefined, abatedOn: string): Partial<MalignancyFact> => ({
    clinicalStatus: 'resolved',
    abatedOn,
    ...(onsetOn !== undefined && { onsetOn }),
  });

  it.each<[string, Partial<MalignancyFact>, string, string | undefined]>([
    ['began on the first day of them', { onsetOn: '2021-01-15' }, 'not-met', undefined],
    ['began the day before, its end not recorded', { onsetOn: '2021-01-14' }, 'unknown', 'no-date'],
    [
      'began before and still active',
      { onsetOn: '2019-03-02', clinicalStatus: 'active' },
      'unknown',
      'no-date',
    ],
    [
      'began before, called resolved, no day of it',
      { onsetOn: '2019-03-02', clinicalStatus: 'resolved' },
      'unknown',
      'no-date',
    ],
    [
      'came back, no day of it',
      { onsetOn: '2015-03-02', clinicalStatus: 'recurrence' },
      'unknown',
      'no-date',
    ],
    ['over before them', resolved('2015-03-02', '2021-01-14'), 'met', undefined],
    ['over on the first day of them', resolved('2015-03-02', '2021-01-15'), 'not-met', undefined],
    ['over after surgery', resolved('2015-03-02', '2026-02-01'), 'not-met', undefined],
    ['over before them, onset unknown', resolved(undefined, '2018-01-01'), 'met', undefined],
    ['over within them, onset unknown', resolved(undefined, '2023-01-01'), 'not-met', undefined],
    ['over after surgery, onset unknown', resolved(undefined, '2026-02-01'), 'unknown', 'no-date'],
    [
      'over before them and yet active',
      { ...resolved('2015-03-02', '2018-01-01'), clinicalStatus: 'active' },
      'unknown',
      'conflicting',
    ],
    [
      'in remission, over before them',
      { ...resolved('2015-03-02', '2018-01-01'), clinicalStatus: 'remission' },
      'met',
      undefined,
    ],
    ['on the day of surgery', { onsetOn: SURGERY }, 'not-met', undefined],
    ['after surgery', { onsetOn: '2026-02-01' }, 'met', undefined],
    ['without any date', {}, 'unknown', 'no-date'],
  ])('%s', (_, change, result, reason) => {
    const clinical = clinicalFactsWith({ otherMalignancies: [malignancyFact(change)] });
    const judgement = judged('no-other-malignancy', clinical);
    expect([judgement.result, judgement.reason]).toEqual([result, reason]);
    expect(judgement.evidence).toEqual(['Condition/other']);
    expect(judgement.blocks).toBe(result !== 'met');
  });

  it('none: met where conditions were read, unknown where not', () => {
    const facts = clinicalFactsWith();
    expect(judged('no-other-malignancy', facts)).toMatchObject({ result: 'met', evidence: [] });
    expect(judged('no-other-malignancy', facts, { unread: new Set(['conditions']) })).toMatchObject({
      result: 'unknown',
      reason: 'not-read',
    });
  });

  it('one within decides, and is the one that is named', () => {
    const otherMalignancies = [
      malignancyFact({ source: ref('Condition/old'), onsetOn: '2010-01-01', abatedOn: '2012-01-01' }),
      malignancyFact({ source: ref('Condition/open') }),
      malignancyFact({ source: ref('Condition/breast'), onsetOn: '2023-01-15' }),
    ];
    const clinical = clinicalFactsWith({ otherMalignancies });
    expect(judged('no-other-malignancy', clinical)).toMatchObject({
      result: 'not-met',
      found: '2023-01-15',
      evidence: ['Condition/breast'],
    });
    const [old, open] = otherMalignancies;
    expect(
      judged('no-other-malignancy', clinicalFactsWith({ otherMalignancies: [old!, open!] })),
    ).toMatchObject({ result: 'unknown', evidence: ['Condition/open'] });
  });

  it('counts back from a 29 February to the days beside it', () => {
    const surgery = surgeryFact({ performedOn: '2024-02-29' });
    const from = (onsetOn: string) =>
      judged(
        'no-other-malignancy',
        clinicalFactsWith({
          surgery,
          otherMalignancies: [malignancyFact({ onsetOn, abatedOn: onsetOn })],
        }),
      ).result;
    expect([from('2019-02-28'), from('2019-03-01')]).toEqual(['met', 'not-met']);
  });

  it('without a dated surgery there is nothing to count back from', () => {
    const clinical = without(
      clinicalFactsWith({ otherMalignancies: [malignancyFact({ onsetOn: '2023-01-15' })] }),
      'surgery',
    );
    expect(judged('no-other-malignancy', clinical)).toMatchObject({ result: 'unknown', reason: 'no-date' });
  });

  const day = fc
    .date({ min: new Date('2010-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
  it('is never met by a malignancy whose dates leave it possible within the window', () => {
    fc.assert(
      fc.property(
        fc.option(day, { nil: undefined }),
        fc.option(day, { nil: undefined }),
        fc.constantFrom('active', 'recurrence', 'relapse', 'remission', 'resolved', undefined),
        (onsetOn, abatedOn, clinicalStatus) => {
          const malignancy = malignancyFact({
            ...(onsetOn !== undefined && { onsetOn }),
            ...(abatedOn !== undefined && { abatedOn }),
            ...(clinicalStatus !== undefined && { clinicalStatus }),
          });
          const clinical = clinicalFactsWith({ otherMalignancies: [malignancy] });
          const cameAfter = onsetOn !== undefined && onsetOn > SURGERY;
          const endedBefore = abatedOn !== undefined && abatedOn < '2021-01-15';
          if (judged('no-other-malignancy', clinical).result === 'met')
            expect(cameAfter || endedBefore).toBe(true);
        },
      ),
    );
  });
});

describe("the investigator's judgement", () => {
  const unsuitable = known('unsuitable' as const, 'Observation/judgement');
  const transfusions = [ref('Procedure/transfusion')];
  const psychiatricDisorders = [ref('Condition/schizophrenia')];

  it.each<[string, Partial<ClinicalFacts>, object]>([
    ['suitable', {}, { result: 'met', found: 'suitable', evidence: ['Observation/judgement'] }],
    ['unsuitable', { judgement: unsuitable }, { result: 'not-met', found: 'unsuitable' }],
    [
      'a transfusion, whatever the investigator says',
      { transfusions },
      { result: 'not-met', found: 'transfusion', evidence: ['Procedure/transfusion'] },
    ],
    [
      'a psychiatric disorder without a word of the investigator',
      { psychiatricDisorders, judgement: unknownFact('not-recorded') },
      { result: 'not-met', found: 'psychiatric-disorder', evidence: ['Condition/schizophrenia'] },
    ],
    [
      'all of it',
      { judgement: unsuitable, transfusions, psychiatricDisorders },
      {
        found: 'unsuitable, transfusion, psychiatric-disorder',
        evidence: ['Observation/judgement', 'Procedure/transfusion', 'Condition/schizophrenia'],
      },
    ],
    [
      'nothing recorded',
      { judgement: unknownFact('not-recorded') },
      { result: 'unknown', reason: 'not-recorded', blocks: false },
    ],
  ])('%s', (_, change, expected) => {
    expect(judged('investigator-judgement', clinicalFactsWith(change))).toMatchObject(expected);
  });
});
