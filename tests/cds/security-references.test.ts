/** Whose a resource is: ids repeat between servers, and servers of several hospitals may share a host. */
import { describe, expect, it } from 'vitest';
import { ownReference, patientIdOf } from '../../src/chart/index.ts';

const BASE = 'https://fhir.cloud.example/r4';
const subject = (reference: string) => ({ resourceType: 'Observation', id: 'o', subject: { reference } });
const participant = (reference: string) => ({
  resourceType: 'Appointment',
  id: 'a',
  participant: [{ actor: { reference } }],
});

const FOREIGN = [
  'https://fhir.cloud.example/r4/hospital-b/Patient/1',
  'https://fhir.cloud.example/r4/../r5/Patient/1',
  'https://fhir.cloud.example/r4/./Patient/1',
  'https://fhir.cloud.example/r4//Patient/1',
  'https://fhir.cloud.example/r4evil/Patient/1',
  'https://fhir.cloud.example/r4?x=/Patient/1',
  'https://fhir.cloud.example/r4#/Patient/1',
  'HTTPS://FHIR.CLOUD.EXAMPLE/r4/Patient/1',
  'http://fhir.cloud.example/r4/Patient/1',
  'https://user@fhir.cloud.example/r4/Patient/1',
  'https://fhir.other.example/r4/Patient/1',
  '//fhir.other.example/r4/Patient/1',
  '//Patient/1',
  '../hospital-b/Patient/1',
  './Patient/1',
  'hospital-b/Patient/1',
  'urn:x:/Patient/1',
  'javascript:/Patient/1',
  '#Patient/1',
  'Patient/1#contained',
  'Patient/1?x',
  'Patient/..',
  'Patient/.',
];
const OWN = [
  'Patient/1',
  '/Patient/1',
  'Patient/1/_history/2',
  `${BASE}/Patient/1`,
  `${BASE}/Patient/1/_history/2`,
];

describe('a reference', () => {
  it.each(FOREIGN)('%s is of nobody here', (reference) => {
    expect(patientIdOf(subject(reference), BASE)).toBeUndefined();
    expect(patientIdOf(participant(reference), BASE)).toBeUndefined();
    expect(ownReference({ reference }, BASE)).toBeUndefined();
  });

  it.each(OWN)('%s is of patient 1', (reference) => {
    expect(patientIdOf(subject(reference), BASE)).toBe('1');
    expect(patientIdOf(participant(reference), BASE)).toBe('1');
    expect(ownReference({ reference }, BASE)).toBe('Patient/1');
  });
});
