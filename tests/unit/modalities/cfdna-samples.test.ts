/** What the Specimen of a cfDNA result says: as of a panel's. */
import { describe, expect, it } from 'vitest';
import type { Landmark } from '../../../src/domain/index.ts';
import { specimen } from '../support/clinical.ts';
import { chartOf, concept, markers, patient, report, SURGERY, type Resource } from '../support/fhir.ts';
import { modality } from '../support/reading.ts';

const cfdna = modality('cfdna');
const landmark: Landmark = { date: '2026-06-01', surgeryDate: SURGERY };
const ON = '2026-05-01';
const BEFORE = '2026-01-10';
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-';
const select = (resources: readonly Resource[]) => cfdna.select(chartOf([patient(), ...resources]), landmark);

const reference = { reference: 'Specimen/s1' };
const named = (on: string) => markers(`f-${on}`, on).map((each) => ({ ...each, specimen: reference }));
/** The sample is named by the markers, with and without a report, or by the report alone. */
const forms = (on: string, change: Record<string, unknown>): readonly (readonly Resource[])[] => {
  const tube = specimen('s1', on, change);
  const [byMarkers, plain] = [named(on), markers(`f-${on}`, on)];
  return [
    [...byMarkers, tube],
    [report('g1', byMarkers, on), ...byMarkers, tube],
    [report('g1', plain, on, { specimen: [reference] }), ...plain, tube],
  ];
};

describe('a cfDNA sample', () => {
  it.each<[string, Record<string, unknown>]>([
    ['plasma', { type: concept(`${V2}0487`, 'PLAS') }],
    // What was drawn: the plasma is made of it.
    ['whole blood', { type: concept(`${V2}0487`, 'BLD') }],
    ['not coded', { type: undefined }],
    ['haemolysed, which moves no share of the fragments', { condition: [concept(`${V2}0493`, 'HEM')] }],
    [
      'not fasting',
      { collection: { collectedDateTime: ON, fastingStatusCodeableConcept: concept(`${V2}0916`, 'NF') } },
    ],
  ])('%s is taken', (_, change) => {
    for (const resources of forms(ON, change)) {
      const selection = select(resources);
      expect(selection).toMatchObject({ status: 'present', flags: ['no-baseline'] });
      expect(selection.evidence.map((each) => each.reference)).toContain('Specimen/s1');
    }
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['serum', { type: concept(`${V2}0487`, 'SER') }, 'wrong-sample-type'],
    ['tissue', { type: concept(`${V2}0487`, 'TISS') }, 'wrong-sample-type'],
    ['clotted', { condition: [concept(`${V2}0493`, 'CLOT')] }, 'unfit-sample'],
    ['too little', { condition: [concept(`${V2}0490`, 'QS')] }, 'unfit-sample'],
    ['unsatisfactory', { status: 'unsatisfactory' }, 'unfit-sample'],
  ])('%s is rejected; as a baseline it is left out', (_, change, reason) => {
    for (const resources of forms(ON, change))
      expect(select(resources)).toMatchObject({ status: 'rejected', reason, collectedOn: ON });
    for (const baseline of forms(BEFORE, change))
      expect(select([...baseline, ...markers('f1', ON)])).toMatchObject({
        status: 'present',
        flags: ['no-baseline'],
      });
  });

  it('that was received after the landmark says nothing yet', () => {
    const late = { type: concept(`${V2}0487`, 'SER'), receivedTime: '2026-06-02T08:00:00Z' };
    for (const resources of forms(ON, late)) expect(select(resources).status).toBe('present');
  });
});
