/** A site that codes in China's national tables and in its own system, by configuration alone. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { clinicalFacts } from '../../../src/chart/index.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';
import { loadTerminology } from '../../../src/terminology/index.ts';
import { chartOf, concept, condition, dose, patient, procedure, SURGERY } from '../support/fhir.ts';
import { PROFILES, terminology } from '../support/reading.ts';

const site = loadTerminology([PROFILES, path.join(PACKAGE_ROOT, 'config/terminology-zh-example')]);

/** All sets of fhir-profiles/, so that a new one is not forgotten here. */
const shippedSets = readdirSync(path.join(PROFILES, 'valuesets')).map((name) => ({
  id: name.slice('ValueSet-'.length, -'.json'.length),
}));

const DIAGNOSES = 'urn:oid:2.16.156.10011.2.3.3.11';
const PROCEDURES = 'urn:oid:2.16.156.10011.2.3.3.12';
const HOSPITAL = 'urn:oid:1.2.156.99999.1.1';

const given = (id: string, code: string, on: string) =>
  dose(id, 'nivolumab', on, { medicationCodeableConcept: concept(HOSPITAL, code) });

const chart = chartOf([
  patient(),
  condition('icd', { code: concept(DIAGNOSES, 'C34.100x001') }),
  condition('pathology', {
    code: { coding: [...concept(DIAGNOSES, 'C34.9').coding, ...concept(HOSPITAL, 'BL-0101').coding] },
  }),
  procedure('lobe', SURGERY, { code: concept(PROCEDURES, '32.4100x001') }),
  procedure('drain', SURGERY, { code: concept(PROCEDURES, '34.0401') }),
  given('t1', 'YP-31012', '2025-11-14'),
  given('t2', 'YP-31012', '2025-12-05'),
  given('p1', 'YP-20045', '2025-11-14'),
]);

it('reads its charts with its folder', () => {
  const facts = clinicalFacts(chart, site, '2026-06-01');
  expect(facts.lungCancer).toHaveLength(2);
  expect(facts.nsclc.map(({ source }) => source.reference)).toEqual(['Condition/pathology']);
  expect(facts.surgery).toMatchObject({ performedOn: SURGERY, radical: { status: 'known', value: true } });
  expect(facts.resections).toHaveLength(1);
  expect(facts.immunotherapy.dosesOn).toEqual(['2025-11-14', '2025-12-05']);
  expect(facts.platinum.dosesOn).toEqual(['2025-11-14']);
});

it('sees nothing in them without it, and everything else as before with it', () => {
  const without = clinicalFacts(chart, terminology, '2026-06-01');
  expect([without.lungCancer, without.resections, without.immunotherapy.dosesOn]).toEqual([[], [], []]);
  for (const set of ['lung-cancer', 'nsclc', 'lung-resection', 'platinum', 'checkpoint-inhibitor'])
    expect(site.tokens(set)).toEqual(expect.arrayContaining([...terminology.tokens(set)]));
});

it('a segment is not radical, a table by itself is nothing', () => {
  const segment = chartOf([patient(), procedure('s', SURGERY, { code: concept(PROCEDURES, '32.3900') })]);
  expect(clinicalFacts(segment, site, '2026-06-01').surgery?.radical).toMatchObject({ value: false });
  expect(site.includes('lung-resection', [{ system: PROCEDURES, code: '32.2900' }])).toBe(false);
  expect(site.includes('lung-resection', [{ system: DIAGNOSES, code: '32.4100' }])).toBe(false);
});

it('knows by the national table of diagnoses whatever the shipped sets know by ICD-10', () => {
  const icd10 = 'http://hl7.org/fhir/sid/icd-10';
  const codes = [
    'C34.1',
    'C50.9',
    'C44.3',
    'C77.0',
    'C79.3',
    'Z85.3',
    'F20.0',
    'F32.2',
    'F32.0',
    'C77.1',
    'I10',
  ];
  for (const { id } of shippedSets)
    for (const code of codes)
      expect(site.includes(id, [{ system: DIAGNOSES, code: `${code}00x001` }]), `${id} ${code}`).toBe(
        terminology.includes(id, [{ system: icd10, code }]),
      );
  expect(site.includes('transfusion', [{ system: PROCEDURES, code: '99.0400x001' }])).toBe(true);
});
