/** The facts that the study's further criteria rest on: consent, attenuation, judgement, comorbidity. */
import { describe, expect, it } from 'vitest';
import {
  clinicalFacts,
  type ChartQueryKey,
  type ClinicalOptions,
  type Fact,
} from '../../../src/chart/index.ts';
import { addDays } from '../../../src/domain/index.ts';
import { loadTerminology, SYSTEMS } from '../../../src/terminology/index.ts';
import { attenuation, consent, ICD10, judgement } from '../support/clinical.ts';
import {
  chartOf,
  concept,
  condition,
  dose,
  patient,
  procedure,
  SMALL_CELL,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { PROFILES, terminology } from '../support/reading.ts';
import { siteFolder } from '../support/site-folder.ts';

const TODAY = '2026-11-23';
const facts = (resources: readonly Resource[], asOf = TODAY, options: ClinicalOptions = {}) =>
  clinicalFacts(chartOf([patient(), procedure('r', SURGERY), ...resources]), terminology, asOf, options);
const told = (fact: Fact<unknown>) => (fact.status === 'known' ? fact.value : fact.reason);
const names = (refs: readonly { reference: string }[]) => refs.map(({ reference }) => reference);

const unread = (key: ChartQueryKey) =>
  clinicalFacts(
    { ...chartOf([patient(), procedure('r', SURGERY)]), unread: new Set([key]) },
    terminology,
    TODAY,
  );

describe('consent', () => {
  const period = (start?: string, end?: string) => ({
    provision: { type: 'permit', period: { start, end } },
  });

  it.each<[string, Resource[], string]>([
    ['none', [], 'not-recorded'],
    ['given', [consent('a', '2025-10-01')], 'given'],
    ['given without a root decision', [consent('a', '2025-10-01', { provision: undefined })], 'given'],
    ['denied', [consent('a', '2025-10-01', { provision: { type: 'deny' } })], 'withdrawn'],
    ['decided otherwise', [consent('a', '2025-10-01', { provision: { type: 7 } })], 'code-unknown'],
    ['rejected', [consent('a', '2025-10-01', { status: 'rejected' })], 'withdrawn'],
    ['inactive', [consent('a', '2025-10-01', { status: 'inactive' })], 'withdrawn'],
    ['a draft', [consent('a', '2025-10-01', { status: 'draft' })], 'not-recorded'],
    [
      'of another study',
      [consent('a', '2025-10-01', { category: [concept('urn:x', 'other')] })],
      'not-recorded',
    ],
    [
      'withdrawn later',
      [consent('a', '2025-10-01'), consent('b', '2026-05-01', { status: 'rejected' })],
      'withdrawn',
    ],
    [
      'given again',
      [consent('a', '2026-05-01'), consent('b', '2025-10-01', { status: 'rejected' })],
      'given',
    ],
    [
      'both on one day',
      [consent('a', '2025-10-01'), consent('b', '2025-10-01', { status: 'rejected' })],
      'conflicting',
    ],
    [
      'withdrawn, nobody knows when',
      [consent('a', '2025-10-01'), consent('b', undefined, { status: 'rejected' })],
      'no-date',
    ],
    ['still holds', [consent('a', '2025-10-01', period('2025-10-01', TODAY))], 'given'],
    ['has run out', [consent('a', '2025-10-01', period('2025-10-01', addDays(TODAY, -1)))], 'not-recorded'],
    ['does not hold yet', [consent('a', '2025-10-01', period('2026-12-01'))], 'not-recorded'],
    ['until who knows when', [consent('a', '2025-10-01', period('2025-10-01', '2026'))], 'no-date'],
  ])('%s', (_, resources, expected) => {
    for (const order of [resources, resources.toReversed()])
      expect(told(facts(order).consent)).toBe(expected);
  });

  it('is recognised by the number of the study and by a policy', () => {
    const none = { category: undefined };
    const byNumber = consent('a', '2025-10-01', {
      ...none,
      policyRule: concept('http://clinicaltrials.gov', 'NCT07291921'),
    });
    const byPolicy = consent('a', '2025-10-01', {
      ...none,
      policy: [{ uri: 'https://clinicaltrials.gov/study/NCT07291921' }],
    });
    for (const each of [byNumber, byPolicy]) expect(told(facts([each]).consent)).toBe('given');
  });

  it('withdrawn in the future counts at a live visit, as a recurrence does; given in the future never', () => {
    const slip = consent('b', '2027-05-01', { status: 'rejected' });
    expect(told(facts([consent('a', '2025-10-01'), slip]).consent)).toBe('given');
    const live = facts([consent('a', '2025-10-01'), slip], TODAY, { barAsOf: '9999-12-31' });
    expect(live.consent).toMatchObject({ value: 'withdrawn', on: '2027-05-01' });
    expect(told(facts([consent('c', '2027-05-01')], TODAY, { barAsOf: '9999-12-31' }).consent)).toBe(
      'not-recorded',
    );
  });

  it('is not known where it could not be read', () => {
    expect(told(unread('consents').consent)).toBe('not-read');
  });
});

describe('ground glass', () => {
  it.each<[string, Resource[], string]>([
    ['none', [], 'not-recorded'],
    ['pure', [attenuation('a', 'pure-ground-glass', '2025-10-01')], 'pure'],
    ['part-solid', [attenuation('a', 'part-solid', '2025-10-01')], 'part-solid'],
    [
      'the latest before surgery',
      [attenuation('a', 'pure-ground-glass', '2025-01-01'), attenuation('b', 'solid', SURGERY)],
      'solid',
    ],
    [
      'after surgery it is another nodule',
      [attenuation('a', 'solid', '2025-01-01'), attenuation('b', 'pure-ground-glass', '2026-05-01')],
      'solid',
    ],
    [
      'two of one day',
      [attenuation('a', 'solid', '2025-01-01'), attenuation('b', 'part-solid', '2025-01-01')],
      'conflicting',
    ],
    ['undated', [attenuation('a', 'solid')], 'no-date'],
    ['of no known word', [attenuation('a', 'crazy-paving', '2025-01-01')], 'code-unknown'],
  ])('%s', (_, resources, expected) => {
    for (const order of [resources, resources.toReversed()])
      expect(told(facts(order).groundGlass)).toBe(expected);
  });
});

it('without a day of surgery all words on attenuation have to agree', () => {
  const of = (...values: string[]) =>
    told(
      clinicalFacts(
        chartOf([
          patient(),
          ...values.map((value, index) =>
            attenuation(`a${String(index)}`, value, `2025-0${String(index + 1)}-01`),
          ),
        ]),
        terminology,
        TODAY,
      ).groundGlass,
    );
  expect([of('solid', 'solid'), of('solid', 'part-solid')]).toEqual(['solid', 'no-date']);
});

describe("the investigator's judgement", () => {
  it.each<[string, Resource[], string]>([
    ['none', [], 'not-recorded'],
    ['suitable', [judgement('a', 'suitable', '2026-02-01')], 'suitable'],
    [
      'revised',
      [judgement('a', 'suitable', '2026-02-01'), judgement('b', 'unsuitable', '2026-03-01')],
      'unsuitable',
    ],
    ['undated alone', [judgement('a', 'unsuitable')], 'unsuitable'],
    [
      'undated and other',
      [judgement('a', 'suitable', '2026-02-01'), judgement('b', 'unsuitable')],
      'no-date',
    ],
  ])('%s', (_, resources, expected) => {
    for (const order of [resources, resources.toReversed()])
      expect(told(facts(order).judgement)).toBe(expected);
  });

  it('is not known where the query could not be read', () => {
    const { judgement: found, groundGlass } = unread('staging');
    expect([told(found), told(groundGlass)]).toEqual(['not-read', 'not-read']);
  });
});

describe('other malignancies', () => {
  const icd = (id: string, code: string, change = {}) =>
    condition(id, { code: concept(ICD10, code), ...change });

  it.each([
    ['C50.9', true],
    ['C44.9', true],
    ['C91.0', true],
    ['C34.1', false], // the index cancer
    ['C77.1', false], // its nodes
    ['C78.7', false], // its metastases
    ['C79.3', false],
    ['C80.9', false], // may be the index cancer
    ['C39.9', false],
    ['D05.1', false], // in situ
    ['C27.1', false], // never assigned
  ])('%s: %s', (code, counts) => {
    expect(facts([icd('c', code)]).otherMalignancies).toHaveLength(counts ? 1 : 0);
  });

  it('have their days and state; small-cell cancer is the business of histology', () => {
    const found = facts([
      icd('b', 'C50.9', { onsetDateTime: '2019-03-01', abatementDateTime: '2020-01-01' }),
      condition('s', { code: SMALL_CELL }),
      icd('p', 'C61', { verificationStatus: concept(SYSTEMS.conditionVerification, 'differential') }),
      icd('l', 'C61', { recordedDate: '2027-01-01' }),
    ]).otherMalignancies;
    expect(found).toMatchObject([
      {
        onsetOn: '2019-03-01',
        abatedOn: '2020-01-01',
        clinicalStatus: 'active',
        source: { reference: 'Condition/b' },
      },
    ]);
  });

  it('a site says which do not count', () => {
    const basal = { system: SYSTEMS.snomed, concept: [{ code: '254701007' }] };
    const own = siteFolder([
      { resourceType: 'ValueSet', id: 'malignancy-not-counted', compose: { include: [basal] } },
    ]);
    const chart = chartOf([patient(), condition('b', { code: concept(SYSTEMS.snomed, '254701007') })]);
    expect(clinicalFacts(chart, terminology, TODAY).otherMalignancies).toHaveLength(1);
    expect(clinicalFacts(chart, loadTerminology([PROFILES, own]), TODAY).otherMalignancies).toEqual([]);
  });
});

describe('what stands against an operation', () => {
  const statusReason = concept(SYSTEMS.snomed, '183932001');
  const contraindicated = condition('k', {
    code: concept(SYSTEMS.snomed, '397745006'),
    recordedDate: '2025-12-01',
  });

  it('a resection not done or broken off for it, and Conditions before it', () => {
    const found = facts([
      procedure('n1', undefined, { status: 'not-done', statusReason }),
      procedure('n2', '2025-12-01', { status: 'stopped', statusReason }),
      procedure('n3', '2026-03-01', { status: 'not-done', statusReason }),
      procedure('n4', undefined, { status: 'not-done', statusReason: concept('urn:x', 'no bed') }),
      procedure('n5', undefined, {
        status: 'not-done',
        statusReason,
        code: concept(SYSTEMS.snomed, '38102005'),
      }),
      contraindicated,
      { ...contraindicated, id: 'later', recordedDate: '2026-03-01' },
    ]).surgicalContraindications;
    expect(names(found)).toEqual(['Condition/k', 'Procedure/n1', 'Procedure/n2']);
  });
});

describe('transfusions', () => {
  const transfusion = (id: string, on?: string, change = {}) =>
    procedure(id, on, { code: concept(SYSTEMS.snomed, '116859006'), ...change });

  it.each([
    [-2, 0],
    [-1, 1],
    [0, 1],
    [7, 1],
    [8, 0],
  ])('of day %i: %i', (day, count) => {
    expect(facts([transfusion('t', addDays(SURGERY, day))]).transfusions).toHaveLength(count);
  });

  it('are Procedures or blood products; undated and planned ones are none', () => {
    const cells = { medicationCodeableConcept: concept(SYSTEMS.atc, 'B05AX01') };
    const found = facts([
      transfusion('t1'),
      transfusion('t2', SURGERY, { status: 'preparation' }),
      dose('t3', 'nivolumab', SURGERY, cells),
    ]).transfusions;
    expect(names(found)).toEqual(['MedicationAdministration/t3']);
    expect(
      clinicalFacts(chartOf([patient(), transfusion('t', SURGERY)]), terminology, TODAY).transfusions,
    ).toEqual([]);
  });
});

it('severe psychiatric disorders are those said to be active and confirmed', () => {
  const psychosis = (id: string, code: string, change = {}) =>
    condition(id, { code: concept(ICD10, code), ...change });
  const status = (code: string) => ({ clinicalStatus: concept(SYSTEMS.conditionClinical, code) });
  const found = facts([
    psychosis('a', 'F20.0'),
    psychosis('b', 'F32.2', status('relapse')),
    psychosis('c', 'F31.3', status('remission')),
    psychosis('d', 'F20.0', { clinicalStatus: undefined }),
    psychosis('e', 'F32.0'),
    psychosis('f', 'F20.0', { verificationStatus: concept(SYSTEMS.conditionVerification, 'provisional') }),
  ]).psychiatricDisorders;
  expect(names(found)).toEqual(['Condition/a', 'Condition/b']);
});
