/** Stages of a chart that are not the latest, from Observation to criterion. */
import { expect, it } from 'vitest';
import { judgeChart } from '../../../src/assessment/index.ts';
import { DEFAULT_ELIGIBILITY } from '../../../src/eligibility/index.ts';
import { metastases } from '../support/clinical.ts';
import { chartOf, eligibleStory, stage, type Resource } from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const judged = (...more: readonly Resource[]) => {
  const day = { asOf: '2026-06-01', barAsOf: '2026-06-01' };
  const chart = chartOf([...eligibleStory(), ...more]);
  const { criteria } = judgeChart(chart, day, terminology, DEFAULT_ELIGIBILITY).eligibility;
  const { result, found } = criteria.find(({ id }) => id === 'no-advanced-stage')!;
  return [result, found];
};
const clinical = (id: string, group: string, on: string, change = {}) =>
  stage(id, 'clinical', group, on, change);

it('a clinical stage IV is not undone by a later IIIA', () => {
  const later = clinical('c2', 'IIIA', '2025-10-01');
  expect(judged(later)).toEqual(['met', 'cIIIA, pIIB']);
  expect(judged(clinical('c1', 'IVA', '2025-08-01'), later)).toEqual(['not-met', 'cIVA']);
});

it('one by another edition is not held against the latest', () => {
  const seventh = { method: { coding: [{ system: 'http://snomed.info/sct', code: '443830009' }] } };
  const later = clinical('c2', 'IIIA', '2025-10-01');
  expect(judged(clinical('c1', 'IIIB', '2025-08-01', seventh), later)[0]).toBe('met');
});

it('one of a later day is not known yet', () => {
  expect(judged(clinical('c9', 'IVA', '2026-09-01'))[0]).toBe('met');
});

it.each(['2025-08-01', '2026-01-15', '2026-05-01'])('M1a of %s excludes, whatever was said later', (on) => {
  const later = metastases('m2', 'cM0', '2026-05-20');
  expect(judged(metastases('m1', 'cM1a', on), later)).toEqual(['not-met', 'cM1a']);
});

it('M0 excludes nobody, and M1 of a later day is not known yet', () => {
  expect(judged(metastases('m1', 'cM0', '2025-10-01'))[0]).toBe('met');
  expect(judged(metastases('m9', 'pM1', '2026-09-01'))[0]).toBe('met');
});
