import type { ImagingStudy, Observation } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import { studyUidOf } from './ct/plan.ts';
import { postoperativeCtDay, preoperativeCtDay } from './ct/findings.ts';
import {
  concept,
  dateOf,
  instantAt,
  observationCategory,
  profiled,
  type SimulatedResource,
  subjectOf,
  writtenOn,
} from './fhir.ts';
import type { Observed } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';

const chestCt = (
  patient: SimulatedPatient,
  name: 'preoperative' | 'postoperative',
  date: string,
): ImagingStudy & { id: string } => ({
  resourceType: 'ImagingStudy',
  id: `${patient.id}-ct-${name}`,
  meta: profiled(writtenOn(date), 'chest-ct'),
  identifier: [
    {
      system: 'urn:dicom:uid',
      value: `urn:oid:${studyUidOf(patient, name)}`,
    },
  ],
  status: 'available',
  modality: [{ system: 'http://dicom.nema.org/resources/ontology/DCM', code: 'CT' }],
  subject: subjectOf(patient),
  started: instantAt(date, '09:30:00'),
  procedureCode: [concept(SYSTEMS.loinc, '24627-2', 'CT Chest')],
});

const attenuationObservation = (
  patient: SimulatedPatient,
  attenuation: string,
  date: string,
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-nodule`,
  meta: profiled(writtenOn(date), 'nodule-attenuation'),
  status: 'final',
  category: [observationCategory('imaging')],
  code: concept(SYSTEMS.project, 'nodule-attenuation', 'Attenuation of a lung nodule on CT'),
  subject: subjectOf(patient),
  effectiveDateTime: date,
  valueCodeableConcept: concept(SYSTEMS.project, attenuation),
});

/**
 * The last CT before surgery, and the first after it, some days before the first visit from month 3 on that took place.
 */
export function chestCts(patient: SimulatedPatient, observed: Observed): SimulatedResource[] {
  const after = postoperativeCtDay(patient, observed.visits);
  return [
    chestCt(patient, 'preoperative', dateOf(patient, preoperativeCtDay(patient))),
    ...(after === undefined ? [] : [chestCt(patient, 'postoperative', dateOf(patient, after))]),
  ];
}

/** How the nodule looked when it was found, before any therapy. */
export function noduleResources(patient: SimulatedPatient, diagnosedOn: string): SimulatedResource[] {
  const { attenuation } = patient.care;
  return attenuation === undefined ? [] : [attenuationObservation(patient, attenuation, diagnosedOn)];
}
