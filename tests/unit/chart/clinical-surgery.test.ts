import { describe, expect, it } from 'vitest';
import { clinicalFacts } from '../../../src/chart/index.ts';
import { addDays } from '../../../src/domain/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import { CURATIVE, intent, order, PALLIATIVE, residualTumour } from '../support/clinical.ts';
import { chartOf, concept, DRUG, dose, patient, procedure, SURGERY, type Resource } from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const facts = (resources: readonly Resource[], asOf = TODAY) =>
  clinicalFacts(chartOf([patient(), ...resources]), terminology, asOf);

const coded = (code: string) => ({ code: concept(SYSTEMS.snomed, code) });
const SEGMENT = coded('173172000');
const PNEUMONECTOMY = coded('49795001');

describe('radical', () => {
  const radical = (...changes: Record<string, unknown>[]) =>
    facts(changes.map((change, index) => procedure(`r${String(index)}`, SURGERY, change))).surgery?.radical;

  it.each<[string, Record<string, unknown>[], boolean | string]>([
    ['a lobectomy', [{}], true],
    ['a pneumonectomy', [PNEUMONECTOMY], true],
    ['a segment', [SEGMENT], false],
    ['a segment meant to cure', [{ ...SEGMENT, ...intent(CURATIVE) }], true],
    ['a reason that says so', [{ ...SEGMENT, reasonCode: [concept(SYSTEMS.snomed, CURATIVE)] }], true],
    ['a lobectomy for palliation', [intent(PALLIATIVE)], false],
    ['an intent that says nothing', [{ ...SEGMENT, ...intent('360156006') }], false],
    ['two codes of one day are one operation', [SEGMENT, {}], true],
    ['two intents that exclude each other', [intent(CURATIVE), intent(PALLIATIVE)], 'conflicting'],
    ['ICD-10-PCS', [{ code: concept('http://www.cms.gov/Medicare/Coding/ICD10', '0BTC4ZZ') }], true],
    [
      'the lingula in ICD-10-PCS',
      [{ code: concept('http://www.cms.gov/Medicare/Coding/ICD10', '0BTH4ZZ') }],
      false,
    ],
  ])('%s: %s', (_, changes, expected) => {
    const found = radical(...changes);
    expect(found?.status === 'known' ? found.value : found?.reason).toBe(expected);
    expect(found?.sources).toHaveLength(changes.length);
  });

  it('names the operation by the radical code of its day, in any order', () => {
    const two = [procedure('a', SURGERY, SEGMENT), procedure('b', SURGERY)];
    for (const order of [two, two.toReversed()])
      expect(facts(order).surgery?.source.reference).toBe('Procedure/b');
    expect(facts(two).secondOperation).toBeUndefined();
  });

  it('is of the first operation only', () => {
    const { surgery, secondOperation } = facts([
      procedure('a', SURGERY, SEGMENT),
      procedure('b', addDays(SURGERY, 1)),
    ]);
    expect(surgery?.radical).toMatchObject({ status: 'known', value: false });
    expect(secondOperation?.source.reference).toBe('Procedure/b');
  });
});

describe('a resection without a day beside one that has a day', () => {
  const beside = (performed: string | undefined, change: Record<string, unknown> = {}, asOf?: string) =>
    facts([procedure('a', SURGERY), procedure('b', performed, change)], asOf);

  it.each<[string, string | undefined, Record<string, unknown>, 'same' | 'maybe first' | 'second']>([
    ['of its month', '2026-01', {}, 'same'],
    ['of its year', '2026', {}, 'same'],
    ['of its month, coded otherwise', '2026-01', SEGMENT, 'maybe first'],
    ['of its year, coded otherwise', '2026', SEGMENT, 'maybe first'],
    ['of no date at all', undefined, {}, 'maybe first'],
    ['of a time without its offset', '2026-01-15T10:00:00', {}, 'maybe first'],
    ['of a month that is none', '2026-13', {}, 'maybe first'],
    ['of the month before', '2025-12', {}, 'maybe first'],
    ['of an earlier year', '2019', PNEUMONECTOMY, 'maybe first'],
    ['of the month after', '2026-02', {}, 'second'],
    ['of the month after, coded otherwise', '2026-02', SEGMENT, 'second'],
    ['not completed', '2019', { status: 'stopped' }, 'same'],
    [
      'of a period that ended in its month',
      undefined,
      { performedPeriod: { start: '2026', end: '2026-01' } },
      'same',
    ],
    [
      'of a period that ended in another',
      undefined,
      { performedPeriod: { start: '2026', end: '2025-11' } },
      'maybe first',
    ],
  ])('%s', (_, performed, change, expected) => {
    const both = [procedure('a', SURGERY), procedure('b', performed, change)];
    for (const order of [both, both.toReversed()]) {
      const { surgery, secondOperation } = facts(order);
      expect(surgery).toMatchObject({ performedOn: SURGERY, source: { reference: 'Procedure/a' } });
      expect(secondOperation?.source.reference).toBe(expected === 'second' ? 'Procedure/b' : undefined);
      const radical = surgery?.radical;
      if (expected !== 'maybe first') expect(radical).toMatchObject({ status: 'known', value: true });
      else {
        expect(radical).toMatchObject({ status: 'unknown', reason: 'no-date' });
        expect(radical?.sources.map(({ reference }) => reference)).toEqual(['Procedure/a', 'Procedure/b']);
      }
    }
  });

  it('is evidence where it is the same, and its intent counts', () => {
    const { radical } = beside('2026-01', intent(PALLIATIVE)).surgery ?? {};
    expect(radical).toMatchObject({ status: 'known', value: false });
    expect(radical?.sources.map(({ reference }) => reference)).toEqual(['Procedure/a', 'Procedure/b']);
  });

  it('may be the same as the second one', () => {
    const { surgery, secondOperation } = facts([
      procedure('a', SURGERY),
      procedure('b', '2026-05-12', PNEUMONECTOMY),
      procedure('c', '2026', PNEUMONECTOMY),
    ]);
    expect(surgery?.radical).toMatchObject({ status: 'known', value: true });
    expect(secondOperation?.source.reference).toBe('Procedure/b');
  });

  it('is not known before its month or year began, and bars a past visit once that is over', () => {
    const at = (asOf: string) => {
      const { surgery, resections, secondOperation } = beside('2026-05', {}, asOf);
      return [surgery?.radical.status, resections.length, secondOperation?.source.reference];
    };
    expect(at('2026-04-30')).toEqual(['known', 1, undefined]);
    expect(at('2026-05-02')).toEqual(['known', 2, undefined]);
    expect(at('2026-06-01')).toEqual(['known', 2, 'Procedure/b']);
  });
});

describe('residual tumour', () => {
  const residual = (...results: Resource[]) =>
    facts([procedure('r', SURGERY), ...results]).surgery?.residualTumour;

  it.each(['R0', 'R1', 'R2'] as const)('%s', (which) => {
    expect(residual(residualTumour('x', which, SURGERY))).toMatchObject({ status: 'known', value: which });
  });

  it.each([
    [-1, 'not-recorded'],
    [0, 'R1'],
    [60, 'R1'],
    [61, 'not-recorded'],
  ])('of day %i: %s', (day, expected) => {
    const found = residual(residualTumour('x', 'R1', addDays(SURGERY, day)));
    expect(found?.status === 'known' ? found.value : found?.reason).toBe(expected);
  });

  it.each<[string, Resource[], string]>([
    [
      'the later word counts',
      [residualTumour('a', 'R0', SURGERY), residualTumour('b', 'R1', '2026-01-22')],
      'R1',
    ],
    [
      'two of one day',
      [residualTumour('a', 'R0', SURGERY), residualTumour('b', 'R1', SURGERY)],
      'conflicting',
    ],
    ['undated', [residualTumour('a', 'R0')], 'no-date'],
    ['undated and other', [residualTumour('a', 'R0', SURGERY), residualTumour('b', 'R2')], 'no-date'],
    ['undated and the same', [residualTumour('a', 'R0', SURGERY), residualTumour('b', 'R0')], 'R0'],
    [
      'RX is no class',
      [residualTumour('a', 'R0', SURGERY, { valueCodeableConcept: concept(SYSTEMS.snomed, '258253006') })],
      'code-unknown',
    ],
    [
      'no value',
      [residualTumour('a', 'R0', SURGERY, { dataAbsentReason: concept('urn:x', 'unknown') })],
      'not-recorded',
    ],
    ['preliminary', [residualTumour('a', 'R2', SURGERY, { status: 'preliminary' })], 'not-recorded'],
  ])('%s: %s', (_, results, expected) => {
    for (const inOrder of [results, results.toReversed()]) {
      const found = residual(...inOrder);
      expect(found?.status === 'known' ? found.value : found?.reason).toBe(expected);
    }
  });

  it('of the second operation is not of the first', () => {
    const second = procedure('r2', '2026-02-01');
    expect(residual(second, residualTumour('x', 'R2', '2026-02-01'))).toMatchObject({
      reason: 'not-recorded',
    });
  });

  it('says so where the query could not be read', () => {
    const unread = { ...chartOf([patient(), procedure('r', SURGERY)]), unread: new Set(['staging']) };
    const { surgery } = clinicalFacts(unread, terminology, TODAY);
    expect(surgery?.residualTumour).toMatchObject({ status: 'unknown', reason: 'not-read' });
  });
});

describe('neoadjuvant therapy', () => {
  it('tells orders, undated doses and doses of what is not said; counts none of them', () => {
    const reference = {
      medicationCodeableConcept: undefined,
      medicationReference: { reference: 'Medication/m' },
    };
    const { platinum, immunotherapy } = facts([
      procedure('r', SURGERY),
      dose('c1', 'cisplatin', '2025-11-14'),
      dose('c2', 'cisplatin', '2025-12'),
      dose('m1', 'cisplatin', '2025-12-05', reference),
      dose('m2', 'cisplatin', '2026-02-05', reference),
      dose('m3', 'cisplatin', '2025-12-05', { ...reference, status: 'on-hold' }),
      order('o1', DRUG.cisplatin, '2025-11-10'),
      order('o2', DRUG.cisplatin, undefined),
      order('o3', DRUG.cisplatin, '2026-02-10'),
      order('o4', DRUG.cisplatin, '2025-11-10', { status: 'draft' }),
      order('o5', DRUG.cisplatin, '2025-11-10', { intent: 'proposal' }),
      order('o6', DRUG.paclitaxel, '2025-11-10'),
    ]);
    const names = (refs: readonly { reference: string }[] = []) => refs.map(({ reference: name }) => name);
    expect(platinum.dosesOn).toEqual(['2025-11-14']);
    expect(names(platinum.undated)).toEqual(['MedicationAdministration/c2']);
    expect(names(platinum.uncoded)).toEqual(['MedicationAdministration/m1']);
    expect(names(platinum.ordered)).toEqual(['MedicationRequest/o1', 'MedicationRequest/o2']);
    expect(immunotherapy).toMatchObject({ dosesOn: [], ordered: [], undated: [] });
    expect(names(immunotherapy.uncoded)).toEqual(['MedicationAdministration/m1']);
  });

  it('is given through contained Medications too', () => {
    const contained = [{ resourceType: 'Medication', id: 'b', code: concept(SYSTEMS.atc, DRUG.nivolumab) }];
    const given = (id: string, on: string) =>
      dose(id, 'nivolumab', on, {
        medicationCodeableConcept: undefined,
        medicationReference: { reference: '#b' },
        contained,
      });
    const { immunotherapy } = facts([
      procedure('r', SURGERY),
      given('1', '2025-11-14'),
      given('2', '2025-12-05'),
    ]);
    expect(immunotherapy.dosesOn).toEqual(['2025-11-14', '2025-12-05']);
    expect(immunotherapy).not.toHaveProperty('uncoded');
  });
});
