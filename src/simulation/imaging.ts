import type { ImagingStudy, Observation } from 'fhir/r4.js';
import type { Random } from '../numerics/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import { CARE } from './constants.ts';
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
import { integerBetween } from './shares.ts';

/**
 * A UID under 2.25, the root of UUIDs written as one number (ITU-T X.667, DICOM PS3.5 B.2): nobody has to be asked
 * for it, and no scanner has given it. The UUID is of version 8, made of seeded bits.
 */
export function simulatedUid(random: Random): string {
  const word = (): bigint => BigInt(random.integer(2 ** 32));
  const bits = (word() << 96n) | (word() << 64n) | (word() << 32n) | word();
  const versioned = (bits & ~(0xfn << 76n)) | (8n << 76n);
  const uuid = (versioned & ~(0x3n << 62n)) | (2n << 62n);
  return `2.25.${uuid.toString()}`;
}

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
      value: `urn:oid:${simulatedUid(patient.random.fork(`ct ${name} uid`))}`,
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
 * The last CT before surgery; the first after it, some days before the first visit from month 3 on; and how the nodule
 * looked when it was found, before any therapy. The images themselves are not simulated yet: no endpoint has them.
 */
export function imagingResources(
  patient: SimulatedPatient,
  observed: Observed,
  diagnosedOn: string,
): SimulatedResource[] {
  const before = -integerBetween(patient.random.fork('ct preoperative'), CARE.ctBeforeSurgeryDays);
  const visit = observed.visits.find(({ nominalMonths }) => nominalMonths >= 3);
  const lead = integerBetween(patient.random.fork('ct postoperative'), CARE.ctBeforeVisitDays);
  const { attenuation } = patient.care;
  return [
    chestCt(patient, 'preoperative', dateOf(patient, before)),
    ...(visit === undefined ? [] : [chestCt(patient, 'postoperative', dateOf(patient, visit.day - lead))]),
    ...(attenuation === undefined ? [] : [attenuationObservation(patient, attenuation, diagnosedOn)]),
  ];
}
