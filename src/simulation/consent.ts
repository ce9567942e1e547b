import type { Consent } from 'fhir/r4.js';
import { addDays } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import { concept, dateOf, profiled, type SimulatedResource, subjectOf, writtenOn } from './fhir.ts';
import type { SimulatedPatient } from './patient.ts';

/** A withdrawal comes two months after surgery. */
const WITHDRAWN_DAY = 61;

/** The Consent to the study, signed a week after the diagnosis; one that was withdrawn is inactive and denies. */
export function consentResources(patient: SimulatedPatient, diagnosedOn: string): SimulatedResource[] {
  const { consent } = patient.care;
  if (consent === 'not-recorded') return [];
  const date = consent === 'given' ? addDays(diagnosedOn, 7) : dateOf(patient, WITHDRAWN_DAY);
  const resource: Consent & { id: string } = {
    resourceType: 'Consent',
    id: `${patient.id}-consent`,
    meta: profiled(writtenOn(date), 'study-consent'),
    status: consent === 'given' ? 'active' : 'inactive',
    scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'research'),
    category: [concept(SYSTEMS.project, 'study-participation')],
    patient: subjectOf(patient),
    dateTime: date,
    policy: [{ uri: 'https://clinicaltrials.gov/study/NCT07291921' }],
    provision: { type: consent === 'given' ? 'permit' : 'deny' },
  };
  return [resource];
}
