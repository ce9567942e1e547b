import { describe, expect, it } from 'vitest';
import { clinicalFacts, usableFrom } from '../../../src/chart/index.ts';
import { SYSTEMS } from '../../../src/terminology/index.ts';
import {
  chartOf,
  concept,
  condition,
  diseaseStatus,
  dose,
  patient,
  procedure,
  SMALL_CELL,
  stage,
  SURGERY,
  type Resource,
} from '../support/fhir.ts';
import { terminology } from '../support/reading.ts';

const TODAY = '2026-11-23';
const facts = (resources: readonly Resource[], asOf = TODAY) =>
  clinicalFacts(chartOf([patient(), ...resources]), terminology, asOf);

const recurrent = concept(SYSTEMS.conditionClinical, 'recurrence');

describe('surgery', () => {
  it('is the first completed resection with a date', () => {
    const { surgery, resections } = facts([
      procedure('r2', '2026-05-01'),
      procedure('r1', SURGERY),
      procedure('r3', '2025-01-01', { status: 'in-progress' }),
      procedure('r4', '2025-01-01', { code: concept(SYSTEMS.snomed, '432231006') }),
    ]);
    expect(surgery).toMatchObject({ performedOn: SURGERY, source: { reference: 'Procedure/r1' } });
    expect(surgery?.radical).toMatchObject({ status: 'known', value: true });
    expect(resections.map((fact) => fact.source.reference)).toEqual(['Procedure/r1', 'Procedure/r2']);
  });

  it('is unknown where its day is', () => {
    const { surgery, resections } = facts([procedure('r0', '2026-01')]);
    expect(surgery).toBeUndefined();
    expect(resections).toHaveLength(1);
  });

  it('is not known before it took place', () => {
    expect(facts([procedure('r1', SURGERY)], '2026-01-14').surgery).toBeUndefined();
    expect(facts([procedure('r1', SURGERY)], SURGERY).surgery).toBeDefined();
  });
});

describe('stage', () => {
  it('is the latest final one, pathologic and clinical apart', () => {
    const { pathologicStage, clinicalStage } = facts([
      stage('p1', 'pathologic', 'IIIA', '2026-01-20'),
      stage('p0', 'pathologic', 'IB', '2026-01-10'),
      stage('p2', 'pathologic', 'IV', '2026-02-01', { status: 'preliminary' }),
      stage('c1', 'clinical', 'IIIB', '2025-10-01'),
    ]);
    expect(pathologicStage).toMatchObject({ group: 'IIIA', on: '2026-01-20' });
    expect(clinicalStage).toMatchObject({ group: 'IIIB', on: '2025-10-01' });
  });

  it('has no group where the latest value is no code of the map: an older one does not stand in', () => {
    const unreadable = { valueCodeableConcept: concept('urn:local', 'IIB') };
    const { pathologicStage } = facts([
      stage('p0', 'pathologic', 'IB', '2026-01-10'),
      stage('p1', 'pathologic', 'IIB', '2026-01-20', unreadable),
    ]);
    expect(pathologicStage).toMatchObject({ source: { reference: 'Observation/p1' } });
    expect(pathologicStage?.group).toBeUndefined();
  });

  it('has no group where two of the same day differ, in either order', () => {
    const two = [
      stage('p0', 'pathologic', 'IB', '2026-01-10'),
      stage('p1', 'pathologic', 'IIB', '2026-01-10'),
    ];
    expect(facts(two).pathologicStage?.group).toBeUndefined();
    expect(facts(two.toReversed()).pathologicStage?.group).toBeUndefined();
    const same = [...two.slice(0, 1), stage('p2', 'pathologic', 'IB', '2026-01-10')];
    expect(facts(same).pathologicStage?.group).toBe('IB');
  });

  it('is known from when it was issued', () => {
    const issued = stage('p1', 'pathologic', 'IIB', SURGERY, { issued: '2026-01-22T10:00:00Z' });
    expect(facts([issued], '2026-01-21').pathologicStage).toBeUndefined();
    expect(facts([issued], '2026-01-22').pathologicStage?.group).toBe('IIB');
  });
});

describe('therapy before surgery', () => {
  const doses = [
    dose('n1', 'nivolumab', '2025-11-14'),
    dose('n2', 'nivolumab', '2025-12-05'),
    dose('c1', 'cisplatin', '2025-11-14'),
    dose('c1b', 'cisplatin', '2025-11-14'),
    dose('x1', 'paclitaxel', '2025-11-14'),
    dose('n3', 'nivolumab', '2025-12-26', { status: 'stopped' }),
    dose('n4', 'nivolumab', SURGERY),
    dose('n5', 'nivolumab', '2026-03-01'),
    dose('n6', 'nivolumab', '2025-11'),
  ];

  it('counts days of given doses, by class, before the day of surgery', () => {
    const { immunotherapy, platinum } = facts([procedure('r', SURGERY), ...doses]);
    expect(immunotherapy.dosesOn).toEqual(['2025-11-14', '2025-12-05']);
    expect(platinum.dosesOn).toEqual(['2025-11-14']);
    expect(platinum.sources.map((source) => source.reference)).toEqual([
      'MedicationAdministration/c1',
      'MedicationAdministration/c1b',
    ]);
  });

  it('counts all given doses where there is no surgery, as they were known', () => {
    expect(facts(doses).immunotherapy.dosesOn).toHaveLength(4);
    expect(facts(doses, '2025-12-01').immunotherapy.dosesOn).toEqual(['2025-11-14']);
  });
});

describe('diagnoses', () => {
  it('NSCLC has to be confirmed; in scope and other histology are read without', () => {
    const provisional = concept(SYSTEMS.conditionVerification, 'provisional');
    const { lungCancer, nsclc, otherHistology } = facts([
      condition('c1', { verificationStatus: provisional }),
      condition('c2', { verificationStatus: undefined }),
      condition('c3', { code: SMALL_CELL, verificationStatus: provisional }),
      condition('c4', { code: concept('http://hl7.org/fhir/sid/icd-10', 'C34.1') }),
      condition('c5', { code: concept(SYSTEMS.snomed, '38341003') }),
    ]);
    expect(nsclc.map((fact) => fact.source.reference)).toEqual(['Condition/c2']);
    expect(otherHistology.map((fact) => fact.source.reference)).toEqual(['Condition/c3']);
    expect(lungCancer.map((fact) => fact.source.reference)).toEqual([
      'Condition/c1',
      'Condition/c2',
      'Condition/c3',
      'Condition/c4',
    ]);
  });

  it('are known once they began and were recorded', () => {
    const late = condition('c1', { onsetDateTime: '2026-02-01', recordedDate: '2026-03-01' });
    expect(facts([late], '2026-02-28').lungCancer).toEqual([]);
    expect(facts([late], '2026-03-01').lungCancer).toHaveLength(1);
    expect(
      facts([condition('c1', { onsetDateTime: undefined, recordedDate: undefined })]).nsclc,
    ).toHaveLength(1);
  });
});

describe('recurrence', () => {
  const surgery = procedure('r', SURGERY);

  it.each<[string, Resource[], { on?: string; of: string } | undefined]>([
    ['none', [condition('c1'), diseaseStatus('s1', 'stable', '2026-05-01')], undefined],
    [
      'a Condition of its own',
      [condition('c1', { clinicalStatus: recurrent, onsetDateTime: '2026-07-01' })],
      { on: '2026-07-01', of: 'Condition/c1' },
    ],
    [
      'relapse says the same',
      [
        condition('c1', {
          clinicalStatus: concept(SYSTEMS.conditionClinical, 'relapse'),
          onsetDateTime: undefined,
          recordedDate: '2026-07-03',
        }),
      ],
      { on: '2026-07-03', of: 'Condition/c1' },
    ],
    // The first diagnosis, marked: it came back, nobody knows when. Hiding it would show a number.
    [
      'the first diagnosis is marked',
      [condition('c1', { clinicalStatus: recurrent, onsetDateTime: '2025-01-10' })],
      { of: 'Condition/c1' },
    ],
    [
      'the first diagnosis is marked and recorded anew',
      [condition('c1', { clinicalStatus: recurrent, recordedDate: '2026-07-04' })],
      { on: '2026-07-04', of: 'Condition/c1' },
    ],
    ['worsened', [diseaseStatus('s1', 'worsened', '2026-06-01')], { on: '2026-06-01', of: 'Observation/s1' }],
    ['worsened, undated', [diseaseStatus('s1', 'worsened')], { of: 'Observation/s1' }],
    ['worsened before surgery', [diseaseStatus('s1', 'worsened', '2026-01-01')], undefined],
    ['worsened on the day of surgery', [diseaseStatus('s1', 'worsened', SURGERY)], undefined],
    [
      'worsened, retracted',
      [diseaseStatus('s1', 'worsened', '2026-06-01', { status: 'entered-in-error' })],
      undefined,
    ],
    [
      'the earliest of several',
      [
        condition('c1', { clinicalStatus: recurrent, onsetDateTime: '2026-07-01' }),
        diseaseStatus('s1', 'worsened', '2026-06-01'),
        diseaseStatus('s2', 'worsened', '2026-08-01'),
      ],
      { on: '2026-06-01', of: 'Observation/s1' },
    ],
    [
      'a dated one before an undated one',
      [
        diseaseStatus('s0', 'worsened'),
        condition('c1', { clinicalStatus: recurrent, onsetDateTime: '2026-07-01' }),
      ],
      { on: '2026-07-01', of: 'Condition/c1' },
    ],
    [
      'of another cancer',
      [condition('c1', { clinicalStatus: recurrent, code: concept(SYSTEMS.snomed, '254837009') })],
      undefined,
    ],
  ])('%s', (_, resources, expected) => {
    const { recurrence } = facts([surgery, ...resources]);
    if (expected === undefined) expect(recurrence).toBeUndefined();
    else {
      expect(recurrence?.on).toBe(expected.on);
      expect(recurrence?.source.reference).toBe(expected.of);
    }
  });

  it('is not known before it happened', () => {
    const resources = [
      surgery,
      condition('c1', { clinicalStatus: recurrent, onsetDateTime: '2026-07-01', recordedDate: '2026-07-01' }),
      diseaseStatus('s1', 'worsened', '2026-07-01'),
    ];
    expect(facts(resources, '2026-06-30').recurrence).toBeUndefined();
    expect(facts(resources, '2026-07-01').recurrence).toBeDefined();
  });

  it('the last disease assessment is the last of any result', () => {
    const visits = [
      diseaseStatus('s2', 'improved', '2026-06-01'),
      diseaseStatus('s1', 'stable', '2026-03-01'),
      diseaseStatus('s0', 'stable'),
      diseaseStatus('s3', 'stable', '2026-09-01', { status: 'preliminary' }),
    ];
    expect(facts([surgery, ...visits]).lastDiseaseAssessmentOn).toBe('2026-06-01');
    expect(facts([surgery, ...visits], '2026-05-31').lastDiseaseAssessmentOn).toBe('2026-03-01');
    expect(facts([surgery]).lastDiseaseAssessmentOn).toBeUndefined();
  });
});

describe('usableFrom', () => {
  it.each([
    [{ effectiveOn: '2026-03-01', issuedOn: '2026-03-05' }, '2026-03-05'],
    [{ effectiveOn: '2026-03-01', issuedOn: '2026-02-05' }, '2026-03-01'],
    [{ effectiveOn: '2026-03-01' }, '2026-03-15'], // + 14
    [{ issuedOn: '2026-03-05' }, undefined],
  ])('%j: %s', (fact, expected) => {
    expect(usableFrom(fact, 14)).toBe(expected);
  });
});
