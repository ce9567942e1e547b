import { describe, expect, it } from 'vitest';
import { allOfPatient } from '../../../src/chart/index.ts';
import { condition, patient } from '../support/fhir.ts';

const BASE = 'https://ehr.example.org/fhir';

describe('allOfPatient', () => {
  const referenced = (reference: unknown) => condition('c1', { subject: { reference } });

  it.each([
    ['Patient/p1', true],
    ['Patient/p1/_history/4', true],
    ['https://ehr.example.org/fhir/Patient/p1', true],
    ['https://ehr.example.org/fhir/Patient/p1/_history/4', true],
    ['https://other-hospital.example.org/fhir/Patient/p1', false],
    ['https://ehr.example.org/fhir2/Patient/p1', false],
    ['https://ehr.example.org.evil.example/fhir/Patient/p1', false],
    ['Patient/p10', false],
    ['Patient/P1', false],
    ['Patient/p', false],
    ['p1', false],
    ['patient/p1', false],
    ['Group/p1', false],
    ['Patient/p1/extra', false],
    ['Patient/p1?x=y', false],
    ['#p1', false],
    ['urn:uuid:p1', false],
    ['Patient/p2#Patient/p1', false],
    ['', false],
    [7, false],
    [undefined, false],
  ])('subject %j: %s', (reference, expected) => {
    expect(allOfPatient({ conditions: [referenced(reference)] }, 'p1', BASE)).toBe(expected);
  });

  it('reads `patient` where a type has no subject, and the id of a Patient', () => {
    const allergy = { resourceType: 'AllergyIntolerance', patient: { reference: 'Patient/p1' } };
    expect(allOfPatient({ conditions: [allergy], patient: [patient()] }, 'p1', BASE)).toBe(true);
    expect(allOfPatient({ patient: [patient({ id: 'p2' })] }, 'p1', BASE)).toBe(false);
    expect(allOfPatient({ patient: [patient({ id: undefined })] }, 'p1', BASE)).toBe(false);
  });

  it('finds one foreign resource in any set, and takes nothing for a resource', () => {
    expect(allOfPatient({ conditions: [], procedures: [referenced('Patient/p1')] }, 'p1', BASE)).toBe(true);
    expect(
      allOfPatient({ conditions: [referenced('Patient/p1')], cfdna: [referenced('Patient/p2')] }, 'p1', BASE),
    ).toBe(false);
    for (const nothing of [null, 7, 'x', [], {}])
      expect(allOfPatient({ conditions: [nothing] }, 'p1', BASE)).toBe(false);
  });

  it.each([
    [['Patient/p1'], true],
    [['Patient/p1', 'Practitioner/d'], true],
    [['Practitioner/d', 'https://ehr.example.org/fhir/Patient/p1'], true],
    [['Patient/p1', 'Patient/p2'], false],
    [['Patient/p1', 'https://other-hospital.example.org/fhir/Patient/p1'], false],
    [['https://other-hospital.example.org/fhir/Patient/p1'], false],
    [['Practitioner/d'], false],
    [[], false],
  ])('an Appointment of %j: %s', (actors, expected) => {
    const participant = [...actors.map((reference) => ({ actor: { reference } })), null];
    const appointment = { resourceType: 'Appointment', id: 'a', participant };
    expect(allOfPatient({ appointments: [appointment] }, 'p1', BASE)).toBe(expected);
  });

  it('a Patient contained in a resource says nothing of whose it is', () => {
    const contained = condition('c1', { subject: { reference: '#me' }, contained: [patient()] });
    expect(allOfPatient({ conditions: [contained] }, 'p1', BASE)).toBe(false);
  });
});
