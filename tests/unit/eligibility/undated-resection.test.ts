/** A resection without a day beside the dated one: from Procedure to criterion. */
import { expect, it } from 'vitest';
import { judgeChart } from '../../../src/assessment/index.ts';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { chartOf, concept, eligibleStory, procedure } from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const PNEUMONECTOMY = { code: concept('http://snomed.info/sct', '49795001') };
const TODAY = { asOf: '2026-06-01', barAsOf: '9999-12-31' };

const judged = (performed: string | undefined, change = {}) => {
  const chart = chartOf([...eligibleStory(), procedure('other', performed, change)]);
  return judgeChart(chart, TODAY, terminology, DEFAULT_ELIGIBILITY).eligibility;
};

it.each([
  ['without any date', undefined, {}],
  ['of an earlier year', '2019', {}],
  ['of its month, by another code', '2026-01', PNEUMONECTOMY],
])('%s: time zero is not certain, and no number is shown', (_, performed, change) => {
  const { criteria, eligible, barred } = judged(performed, change);
  expect([eligible, barred]).toEqual([false, undefined]);
  const { evidence, ...rest } = criteria.find(({ id }) => id === 'resection')!;
  expect(rest).toMatchObject({ result: 'unknown', reason: 'no-date', blocks: true });
  expect(evidence.map(({ reference }) => reference)).toEqual(['Procedure/lobectomy', 'Procedure/other']);
});

it('of its month by the same code is the same operation', () => {
  expect(judged('2026-01').eligible).toBe(true);
});

it('of a later month is a second operation, which bars', () => {
  expect(judged('2026-03').barred).toMatchObject({ reason: 'second-operation' });
  expect(judged('2026-03').barred).not.toHaveProperty('on');
});
