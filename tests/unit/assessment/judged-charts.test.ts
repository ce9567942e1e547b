/** Whole charts as hospitals write them, judged as a request judges them: who must get no number, and who should. */
import { describe, expect, it } from 'vitest';
import { judgeChart } from '../../../src/assessment/index.ts';
import { addDays, type CriterionId } from '../../../src/domain/index.ts';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { consent, ICD10 } from '../support/clinical.ts';
import {
  chartOf,
  concept,
  condition,
  dose,
  eligibleStory,
  observation,
  patient,
  stage,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const LIVE = { asOf: TODAY, barAsOf: '9999-12-31' };

const judged = (resources: readonly Resource[]) => {
  const { clinical, eligibility } = judgeChart(chartOf(resources), LIVE, terminology, DEFAULT_ELIGIBILITY);
  const of = (id: CriterionId) => {
    const found = eligibility.criteria.find((criterion) => criterion.id === id);
    return found?.reason === undefined ? found?.result : `${found.result}: ${found.reason}`;
  };
  return { clinical, eligibility, of };
};

/** The study's patient without some of her resources, by the beginning of their ids, and with others. */
const story = (without: readonly string[], ...added: Resource[]): Resource[] => [
  ...eligibleStory().filter(({ id }) => !without.some((name) => id.startsWith(name))),
  ...added,
];

const day = (days: number): string => addDays(SURGERY, days);

it('the story they start from is eligible', () => {
  expect(judged(eligibleStory()).eligibility.eligible).toBe(true);
});

describe('cycles of neoadjuvant therapy', () => {
  /** Nivolumab and cisplatin on these days before surgery. */
  const given = (nivolumab: readonly number[], cisplatin: readonly number[]) =>
    judged(
      story(
        ['nivolumab', 'cisplatin'],
        ...nivolumab.map((days) => dose(`n${String(days)}`, 'nivolumab', day(-days))),
        ...cisplatin.map((days) => dose(`c${String(days)}`, 'cisplatin', day(-days))),
      ),
    ).of('neoadjuvant');

  it.each<[string, number[], number[], string]>([
    ['every three weeks', [62, 41], [62, 41], 'met'],
    ['the second three days early', [62, 44], [62, 44], 'met'],
    ['two drugs of a cycle on different days', [61, 40], [62, 38], 'met'],
    ['an infusion split over two days', [62, 61], [62, 41], 'not-met'],
    ['platinum on days 1 and 8 of one cycle', [62, 41], [62, 55], 'not-met'],
    ['platinum on days 1, 8 and 15 of one cycle', [62, 41], [62, 55, 48], 'not-met'],
    ['platinum weekly, six times', [62, 41], [62, 55, 48, 41, 34, 27], 'met'],
    ['immunotherapy every two weeks, four times', [76, 62, 48, 34], [76, 55], 'met'],
    ['platinum of years before', [62, 41], [1462, 1441], 'not-met'],
    ['all of it years before', [1462, 1441], [1462, 1441], 'unknown: not-recorded'],
  ])('%s', (_, nivolumab, cisplatin, expected) => {
    expect(given(nivolumab, cisplatin)).toBe(expected);
  });
});

describe('disease outside the chest', () => {
  const category = (type: string, code: string, on: string) =>
    observation('m', concept(SYSTEMS.snomed, type), {
      valueCodeableConcept: concept(SYSTEMS.snomed, code),
      effectiveDateTime: on,
    });

  it.each([
    ['cM1b', '399387003', '1229907005', 'not-met'],
    ['pM1', '371497001', '1229916009', 'not-met'],
    ['M category cM1a', '277208005', '1229904003', 'not-met'],
    ['cM0', '399387003', '1229901006', 'met'],
  ])('%s before therapy, beside stage IIB after it', (_, type, code, expected) => {
    expect(judged(story([], category(type, code, day(-90)))).of('no-advanced-stage')).toBe(expected);
  });

  it.each<[string, string, number, string]>([
    ['brain, before surgery', 'C79.3', -90, 'unknown: conflicting'],
    ['found at surgery', 'C78.2', 0, 'unknown: conflicting'],
    ['nodes of the same side, before surgery', 'C77.1', -90, 'met'],
  ])('a metastasis on the problem list: %s', (_, code, days, expected) => {
    const metastasis = condition('metastasis', {
      code: concept(ICD10, code),
      onsetDateTime: day(days),
      recordedDate: day(days),
    });
    const { of, eligibility } = judged(story([], metastasis));
    expect(of('no-advanced-stage')).toBe(expected);
    expect(eligibility.eligible).toBe(expected === 'met');
    expect(eligibility.barred).toBeUndefined();
  });
});

describe('a withdrawn consent', () => {
  const given = (on: string) => consent('given', on);
  const withdrawn = (on: string | undefined) => consent('withdrawn', on, { status: 'inactive' });

  it.each<[string, Resource[], string]>([
    ['on the day it was given', [given('2025-10-01'), withdrawn('2025-10-01')], 'not-met'],
    ['nobody knows when', [given('2025-10-01'), withdrawn(undefined)], 'not-met'],
    ['known to the month', [given('2025-10-01'), withdrawn('2026-05')], 'not-met'],
    ['and given again', [withdrawn('2025-10-01'), given('2026-05-01')], 'met'],
    ['tomorrow', [given('2025-10-01'), withdrawn(addDays(TODAY, 1))], 'not-met'],
  ])('%s', (_, consents, expected) => {
    for (const order of [consents, consents.toReversed()]) {
      const { of, eligibility } = judged(story([], ...order));
      expect(of('consent-not-withdrawn')).toBe(expected);
      expect(eligibility.eligible).toBe(expected === 'met');
    }
  });
});

describe('a cancer of before', () => {
  it('a pathologic stage of an earlier operation is none of this one', () => {
    const { of } = judged(story(['stage'], stage('old', 'pathologic', 'IIB', day(-900))));
    expect(of('stage')).toBe('unknown: not-recorded');
    expect(judged(story(['stage'], stage('s', 'pathologic', 'IIB', day(-3)))).of('stage')).toBe('met');
  });

  it('a stage IV of an earlier time excludes all the same', () => {
    const { of } = judged(story([], stage('old', 'pathologic', 'IVA', day(-900))));
    expect([of('stage'), of('no-advanced-stage')]).toEqual(['met', 'not-met']);
  });

  const history = (code: string, notedOn: string) =>
    condition(`h-${code}`, {
      code: concept(ICD10, code),
      onsetDateTime: undefined,
      recordedDate: notedOn,
    });
  const breast = (end: string) =>
    condition('breast', {
      code: concept(ICD10, 'C50.9'),
      onsetDateTime: day(-4000),
      abatementDateTime: end,
      clinicalStatus: concept(SYSTEMS.conditionClinical, 'resolved'),
    });

  it.each<[string, Resource[], string]>([
    ['history of breast cancer, noted lately', [history('Z85.3', day(-100))], 'unknown: no-date'],
    ['noted more than five years before', [history('Z853', day(-2000))], 'met'],
    ['beside the diagnosis, over for long', [history('Z85.3', day(-100)), breast(day(-3000))], 'met'],
    ['beside the diagnosis, over two years ago', [history('Z85.3', day(-100)), breast(day(-700))], 'not-met'],
    ['history of lung cancer: the index cancer', [history('Z85.11', day(100))], 'met'],
    ['metastases are none of another cancer', [history('C78.7', day(-100))], 'met'],
  ])('%s', (_, conditions, expected) => {
    expect(judged(story([], ...conditions)).of('no-other-malignancy')).toBe(expected);
  });
});

it.each<[string, string, string]>([
  ['1960', 'met', '65-66'],
  ['1960-05', 'met', '65'],
  ['1941', 'unknown: no-date', '84-85'],
  ['1941-01', 'unknown: no-date', '84-85'],
  ['1941-02', 'met', '84'],
  ['1930', 'not-met', '95-96'],
  ['1960-13', 'unknown: no-date', ''],
])('an age told by the year or month of birth: %s is %s', (birthDate, expected, found) => {
  const { of, eligibility } = judged(story(['p1'], patient({ birthDate })));
  expect(of('age')).toBe(expected);
  expect(eligibility.criteria.find(({ id }) => id === 'age')?.found ?? '').toBe(found);
});

describe('drugs in codes that are not known here', () => {
  const local = (id: string, on: string) =>
    dose(id, 'nivolumab', on, { medicationCodeableConcept: concept('urn:oid:1.2.3', 'YP-1') });

  it('beside platinum: whether immunotherapy was given is unknown, not denied', () => {
    const { of } = judged(story(['nivolumab'], local('a', day(-62)), local('b', day(-41))));
    expect(of('neoadjuvant')).toBe('unknown: code-unknown');
  });

  it('are of no interest where both are recorded, or long before', () => {
    expect(judged(story([], local('a', day(-62)))).of('neoadjuvant')).toBe('met');
    expect(judged(story(['nivolumab'], local('a', day(-900)))).of('neoadjuvant')).toBe('not-met');
  });

  it('codes of a system that is known are what they are: chemotherapy alone is not met', () => {
    expect(judged(story(['nivolumab'], dose('p', 'paclitaxel', day(-62)))).of('neoadjuvant')).toBe('not-met');
  });

  it('ATC as it was until 2021 is known', () => {
    const old = (id: string, on: string) =>
      dose(id, 'nivolumab', on, { medicationCodeableConcept: concept(SYSTEMS.atc, 'L01XC18') });
    expect(judged(story(['nivolumab'], old('a', day(-62)), old('b', day(-41)))).of('neoadjuvant')).toBe(
      'met',
    );
  });
});
