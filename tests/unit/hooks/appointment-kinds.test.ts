import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { appointmentFact } from '../../../src/chart/index.ts';
import {
  isUnsaid,
  kindsOf,
  proposalOf,
} from '../../../src/hooks/followup-scheduling-appointment-book/kinds.ts';
import { PACKAGE_ROOT } from '../../../src/platform/index.ts';
import { loadTerminology } from '../../../src/terminology/index.ts';

const terminology = loadTerminology([path.join(PACKAGE_ROOT, 'fhir-profiles')]);

const SCT = 'http://snomed.info/sct';
const V2 = 'http://terminology.hl7.org/CodeSystem/v2-0276';
const of = (system: string, code: string) => ({ coding: [{ system, code }] });
const followUp = of(V2, 'FOLLOWUP');
const thoracic = of(SCT, '408456005');
const eyes = of(SCT, '394594003');
const lungCancer = of('http://hl7.org/fhir/sid/icd-10', 'C34.1');
const local = of('urn:oid:1.2.3', 'CLINIC-7');

const factOf = (members: object) =>
  appointmentFact({ resourceType: 'Appointment', status: 'booked', ...members }, 'UTC');
const kinds = (members: object) => kindsOf(terminology, factOf(members));

describe('what an appointment is for', () => {
  it.each([
    ['nothing said', {}],
    ['the default type of table 0276 only', { appointmentType: of(V2, 'ROUTINE') }],
    ['a follow-up', { appointmentType: followUp }],
    ['a follow-up visit by service', { serviceType: [of(SCT, '390906007')] }],
    ['the specialty', { specialty: [thoracic] }],
    ['the reason', { reasonCode: [lungCancer] }],
    ['a history of lung cancer', { reasonCode: [of('http://hl7.org/fhir/sid/icd-10-cm', 'Z85.118')] }],
    ['a local service beside the reason', { serviceType: [local], reasonCode: [lungCancer] }],
    ['a cough, at the thoracic surgeon', { specialty: [thoracic], reasonCode: [of(SCT, '49727002')] }],
  ])('a visit: %s', (_, members) => {
    expect(kinds(members)).toEqual(['visit']);
  });

  it.each([
    ['a specialty that is none of ours', { specialty: [eyes] }],
    ['the same, though a follow-up', { appointmentType: followUp, specialty: [eyes] }],
    ['the same, though of lung cancer', { specialty: [eyes], reasonCode: [lungCancer] }],
    ['another service', { serviceType: [of(SCT, '91251008')], reasonCode: [lungCancer] }],
    ['an emergency', { appointmentType: of(V2, 'EMERGENCY'), specialty: [thoracic] }],
    ['another reason', { appointmentType: followUp, reasonCode: [of(SCT, '44054006')] }],
    ['codes that nothing here knows', { serviceType: [local] }],
    ['words without a code', { serviceType: [{ text: 'Eye clinic' }] }],
    ['the default type beside a local code', { appointmentType: of(V2, 'ROUTINE'), serviceType: [local] }],
  ])('something else: %s', (_, members) => {
    expect(kinds(members)).toEqual([]);
  });

  it.each([
    ['by service', { serviceType: [of('http://loinc.org', '24628-0')] }],
    ['by reason, in radiology', { specialty: [of(SCT, '394914008')], reasonCode: [of(SCT, '169069000')] }],
    ['at a low dose', { serviceType: [of(SCT, '16334891000119106')] }],
  ])('a chest CT: %s', (_, members) => {
    expect(kinds(members)).toEqual(['chest-ct']);
  });

  it('both, where the service says both', () => {
    expect(kinds({ serviceType: [of('http://loinc.org', '24627-2'), of(SCT, '390906007')] })).toEqual([
      'chest-ct',
      'visit',
    ]);
  });

  it('is a guess only where nothing was said', () => {
    expect(isUnsaid(factOf({}))).toBe(true);
    expect(isUnsaid(factOf({ appointmentType: of(V2, 'ROUTINE') }))).toBe(true);
    expect(isUnsaid(factOf({ appointmentType: followUp }))).toBe(false);
    expect(isUnsaid(factOf({ serviceType: [{ text: 'Eye clinic' }] }))).toBe(false);
  });
});

describe('what of a policy an appointment is compared with', () => {
  const proposed = (id: string, dueDate: string, system: string, code: string) => ({
    ...{ id, title: id, dueDate, windowStart: dueDate, windowEnd: dueDate, citations: [] },
    interval: { value: 3, unit: 'mo' as const },
    resource: {
      resourceType: 'ServiceRequest' as const,
      status: 'draft' as const,
      intent: 'proposal' as const,
      subject: { reference: 'Patient/p' },
      code: of(system, code),
    },
  });
  const yearly = proposed('yearly', '2027-11-23', SCT, '390906007');
  const quarterly = proposed('quarterly', '2027-02-23', SCT, '390906007');
  const lowDose = proposed('low-dose', '2027-05-23', SCT, '16334891000119106');

  it('of two of a kind the one that is due first, wherever it stands in the policy', () => {
    expect(proposalOf(terminology, [yearly, lowDose, quarterly], 'visit')).toBe(quarterly);
    expect(proposalOf(terminology, [quarterly, lowDose, yearly], 'visit')).toBe(quarterly);
    expect(proposalOf(terminology, [quarterly, lowDose], 'chest-ct')).toBe(lowDose);
  });

  it('nothing where the policy has none of the kind, or codes of its own that no ValueSet has', () => {
    expect(proposalOf(terminology, [yearly], 'chest-ct')).toBeUndefined();
    expect(
      proposalOf(terminology, [proposed('own', '2027-02-23', 'urn:site', 'CT-1')], 'chest-ct'),
    ).toBeUndefined();
    expect(proposalOf(terminology, [], 'visit')).toBeUndefined();
  });
});
