/** Whole charts as hospitals write them, judged as a request judges them: who must get no number, and who should. */
import { describe, expect, it } from 'vitest';
import { judgeChart } from '../../../src/assessment/index.ts';
import { addDays, type CriterionId } from '../../../src/domain/index.ts';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { chartOf, dose, eligibleStory, SURGERY, type Resource } from '../support/fhir.ts';
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
