/** Samples by time point, CT studies, and what a contrast-enhanced CT needs. */
import { describe, expect, it } from 'vitest';
import { clinicalFacts, type Fact } from '../../../src/chart/index.ts';
import { addDays } from '../../../src/domain/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { allergy, CHEST, chestCt, laboratory, specimen } from '../support/clinical.ts';
import {
  chartOf,
  concept,
  dose,
  LAST_DOSE,
  markers,
  panel,
  patient,
  procedure,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const facts = (resources: readonly Resource[], asOf = TODAY) =>
  clinicalFacts(
    chartOf([patient(), procedure('r', SURGERY), dose('d', 'nivolumab', LAST_DOSE), ...resources]),
    terminology,
    asOf,
  );
const told = (fact: Fact<unknown>) => (fact.status === 'known' ? fact.value : fact.reason);

describe('samples', () => {
  it.each([
    [-61, 'other'],
    [-41, 'other'], // the day of the last dose
    [-40, 'baseline'],
    [0, 'baseline'],
    [1, 'other'],
    [2, 'other'],
    [3, 'postoperative'],
    [30, 'postoperative'],
    [31, 'follow-up'],
    [300, 'follow-up'],
  ])('of day %i: %s', (day, timePoint) => {
    const on = addDays(SURGERY, day);
    for (const sample of [specimen('s', on), panel('m', on), markers('f', on)[0] ?? panel('m', on)])
      expect(facts([sample]).samples).toMatchObject([{ collectedOn: on, timePoint, adequate: true }]);
  });

  it('within sixty days before surgery where no therapy is recorded', () => {
    const of = (day: number) =>
      clinicalFacts(
        chartOf([patient(), procedure('r', SURGERY), specimen('s', addDays(SURGERY, day))]),
        terminology,
        TODAY,
      ).samples[0]?.timePoint;
    expect([of(-60), of(-61)]).toEqual(['baseline', 'other']);
    const without = clinicalFacts(chartOf([patient(), specimen('s', SURGERY)]), terminology, TODAY);
    expect(without.samples).toMatchObject([{ timePoint: 'other' }]);
  });

  it('of one day are one draw: a Specimen stands for the results of its day, and for those that name it', () => {
    const named = { specimen: { reference: 'Specimen/s' } };
    const found = facts([
      panel('m', '2026-04-01'),
      ...markers('f', '2026-04-01'),
      specimen('s', '2026-04-01'),
      panel('n', '2026-04-02', undefined, named),
      panel('o', '2026-05-01'),
    ]).samples;
    expect(found.map(({ collectedOn, source }) => [collectedOn, source.reference])).toEqual([
      ['2026-04-01', 'Specimen/s'],
      ['2026-05-01', 'Observation/o'],
    ]);
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ['unsatisfactory', { status: 'unsatisfactory' }, [{ adequate: false }]],
    [
      'haemolysed',
      { condition: [concept('http://terminology.hl7.org/CodeSystem/v2-0493', 'HEM')] },
      [{ adequate: false }],
    ],
    [
      'frozen',
      { condition: [concept('http://terminology.hl7.org/CodeSystem/v2-0493', 'FROZ')] },
      [{ adequate: true }],
    ],
    ['unavailable', { status: 'unavailable' }, []],
    ['serum', { type: concept(SYSTEMS.snomed, '119364003') }, []],
    ['undated', { collection: {} }, []],
    ['received later than today', { receivedTime: '2027-01-01' }, []],
  ])('%s', (_, change, expected) => {
    expect(facts([specimen('s', '2026-04-01', change)]).samples).toMatchObject(expected as object[]);
  });

  it('are adequate where one tube of the day is', () => {
    const tubes = [specimen('s1', '2026-04-01', { status: 'unsatisfactory' }), specimen('s2', '2026-04-01')];
    for (const order of [tubes, tubes.toReversed()])
      expect(facts(order).samples).toMatchObject([{ adequate: true, source: { reference: 'Specimen/s2' } }]);
  });
});

describe('CT studies', () => {
  it('has the last before surgery, and the first of days 14 to 183', () => {
    const days = [-90, -10, 0, 13, 14, 90];
    const found = facts(days.map((day) => chestCt(`ct${String(day)}`, addDays(SURGERY, day)))).ctStudies;
    expect(found.map(({ role }) => role)).toEqual([
      'other',
      'baseline',
      'other',
      'other',
      'postoperative',
      'other',
    ]);
    expect(found[1]).toMatchObject({
      startedOn: addDays(SURGERY, -10),
      studyInstanceUid: '1.2.3.20260105',
      endpoints: ['Endpoint/pacs'],
    });
    expect(facts([chestCt('late', addDays(SURGERY, 184))]).ctStudies[0]?.role).toBe('other');
  });

  const head = { system: SYSTEMS.snomed, code: '69536005' };
  const series = (bodySite?: unknown) => ({
    series: [{ modality: { system: SYSTEMS.dicom, code: 'CT' }, bodySite }],
  });
  it.each<[string, Record<string, unknown>, number]>([
    ['of the chest by its series', {}, 1],
    ['of the chest by its procedure', { procedureCode: [concept(SYSTEMS.loinc, '29252-4')], ...series() }, 1],
    ['of nobody knows what', series(), 0],
    ['of the head', series(head), 0],
    [
      'that is an MR',
      { modality: [{ system: SYSTEMS.dicom, code: 'MR' }], series: [{ bodySite: CHEST }] },
      0,
    ],
    ['not available', { status: 'registered' }, 0],
    ['cancelled', { status: 'cancelled' }, 0],
    ['undated', { started: '2026-01' }, 0],
  ])('%s', (_, change, count) => {
    expect(facts([chestCt('ct', '2026-04-01', change)]).ctStudies).toHaveLength(count);
  });

  it('counts a study once that two records tell', () => {
    const twice = [chestCt('b', '2026-04-01'), chestCt('a', '2026-04-01')];
    for (const order of [twice, twice.toReversed()])
      expect(facts(order).ctStudies.map(({ source }) => source.reference)).toEqual(['ImagingStudy/a']);
  });
});

describe('contrast', () => {
  const EGFR = '62238-1';
  const of = (unit: string, value = 72, comparator?: string) => ({
    value,
    code: unit,
    ...(comparator !== undefined && { comparator }),
  });
  const egfr = (...results: Resource[]) => told(facts(results).contrast.egfr);
  const creatinine = (quantity: unknown) =>
    told(facts([laboratory('c', '2160-0', '2026-05-01', quantity)]).contrast.creatinine);

  it.each([
    ['mL/min/{1.73_m2}', 72],
    ['mL/min/1.73m2', 72],
    ['mL/min/1.73 m2', 72],
    ['mL/min/1.73m²', 72],
    ['ml/min/1.73m2', 72],
    ['mL/s/{1.73_m2}', 4320],
    ['mL/min', 'unit-unknown'], // of this body: not comparable
    ['%', 'unit-unknown'],
    ['mmol/min/1.73m2', 'unit-unknown'],
  ])('eGFR in %s: %s', (unit, expected) => {
    expect(egfr(laboratory('e', EGFR, '2026-05-01', of(unit)))).toBe(expected);
  });

  const UNIT = 'mL/min/{1.73_m2}';
  it.each<[string, Resource[], number | string]>([
    ['none', [], 'not-recorded'],
    ['without a unit', [laboratory('e', EGFR, '2026-05-01', { value: 72 })], 'unit-unknown'],
    ['at least', [laboratory('e', EGFR, '2026-05-01', of(UNIT, 90, '>'))], 90],
    ['at most tells nothing safe', [laboratory('e', EGFR, '2026-05-01', of(UNIT, 15, '<'))], 'not-recorded'],
    ['negative', [laboratory('e', EGFR, '2026-05-01', of(UNIT, -1))], 'not-recorded'],
    [
      'the latest',
      [laboratory('a', EGFR, '2026-05-01', of(UNIT)), laboratory('b', EGFR, '2026-06-01', of(UNIT, 50))],
      50,
    ],
    [
      'two of one day',
      [laboratory('a', EGFR, '2026-05-01', of(UNIT)), laboratory('b', EGFR, '2026-05-01', of(UNIT, 50))],
      'conflicting',
    ],
    [
      'two spellings of one',
      [
        laboratory('a', EGFR, '2026-05-01', of(UNIT)),
        laboratory('b', EGFR, '2026-05-01', of('mL/min/1.73m2')),
      ],
      72,
    ],
    [
      'undated and other',
      [laboratory('a', EGFR, '2026-05-01', of(UNIT)), laboratory('b', EGFR, undefined, of(UNIT, 20))],
      'no-date',
    ],
  ])('eGFR %s', (_, results, expected) => {
    for (const order of [results, results.toReversed()]) expect(egfr(...order)).toBe(expected);
  });

  it.each([
    [{ value: 80, code: 'umol/L' }, 80],
    [{ value: 0.08, code: 'mmol/L' }, 80],
    [{ value: 1, code: 'mg/dL' }, 88.4017], // 10 mg/L / 113.12 g/mol
    [{ value: 20, code: 'umol/L', comparator: '<' }, 20],
    [{ value: 20, code: 'umol/L', comparator: '>' }, 'not-recorded'],
    [{ value: 1, code: 'U/L' }, 'unit-unknown'],
    [{ value: 1 }, 'unit-unknown'],
  ])('creatinine %j: %s', (quantity, expected) => {
    expect(creatinine(quantity)).toBe(expected);
  });

  it('allergies count unless they are over', () => {
    const status = (code: string) => ({ clinicalStatus: concept(SYSTEMS.allergyClinical, code) });
    const found = facts([
      allergy('a'),
      allergy('b', { clinicalStatus: undefined }),
      allergy('c', status('resolved')),
      allergy('d', { code: concept(SYSTEMS.snomed, '91936005') }),
      allergy('e', { code: concept(SYSTEMS.atc, 'V08AB02') }),
      allergy('f', { recordedDate: '2027-01-01' }),
    ]).contrast.contrastAllergies;
    expect(found.map(({ reference }) => reference)).toEqual([
      'AllergyIntolerance/a',
      'AllergyIntolerance/b',
      'AllergyIntolerance/e',
    ]);
  });
});
