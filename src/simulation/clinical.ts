import type {
  Condition,
  Extension,
  MedicationAdministration,
  Observation,
  Patient,
  Procedure,
} from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import type { SimulationCodes } from './codes.ts';
import { comorbidityResources } from './comorbidity.ts';
import { consentResources } from './consent.ts';
import {
  cancerReference,
  concept,
  dateOf,
  profiledBy,
  type SimulatedResource,
  subjectOf,
  writtenOn,
} from './fhir.ts';
import { noduleResources } from './imaging.ts';
import { kidneyResources } from './kidneys.ts';
import type { Observed } from './observed.ts';
import { pathologyResources } from './pathology.ts';
import type { SimulatedPatient } from './patient.ts';
import { specimenResources } from './specimens.ts';

const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm';

const ATC = {
  nivolumab: 'L01FF01',
  pembrolizumab: 'L01FF02',
  cisplatin: 'L01XA01',
  carboplatin: 'L01XA02',
} as const;

const CURATIVE_INTENT: Extension = {
  url: 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent',
  valueCodeableConcept: concept(SYSTEMS.snomed, '373808002', 'Curative - procedure intent'),
};

const OPERATION = {
  lobectomy: { code: '173171007', display: 'Lobectomy of lung (procedure)' },
  pneumonectomy: { code: '49795001', display: 'Pneumonectomy (procedure)' },
} as const;

export function patientResource(patient: SimulatedPatient, deathDay?: number): Patient & { id: string } {
  const deceasedOn = deathDay === undefined ? undefined : dateOf(patient, deathDay);
  return {
    resourceType: 'Patient',
    id: patient.id,
    meta: profiledBy(writtenOn(deceasedOn ?? dateOf(patient, 0)), 'cancer-patient'),
    identifier: [{ system: SYSTEMS.simulatedPatient, value: patient.id }],
    name: [{ family: patient.name.family, given: [patient.name.given] }],
    gender: patient.sex,
    birthDate: patient.birthDate,
    ...(deceasedOn === undefined ? {} : { deceasedDateTime: deceasedOn }),
  };
}

const condition = (
  patient: SimulatedPatient,
  suffix: string,
  clinicalStatus: 'active' | 'recurrence',
  date: string,
): Condition & { id: string } => ({
  resourceType: 'Condition',
  id: `${patient.id}-${suffix}`,
  meta: profiledBy(writtenOn(date), 'primary-cancer-condition'),
  clinicalStatus: concept(SYSTEMS.conditionClinical, clinicalStatus),
  verificationStatus: concept(SYSTEMS.conditionVerification, 'confirmed'),
  category: [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
  code: {
    coding: [
      { system: SYSTEMS.snomed, code: '254637007', display: 'Non-small cell lung cancer (disorder)' },
      { system: ICD10, code: patient.random.fork('lobe side').uniform() < 0.55 ? 'C34.11' : 'C34.12' },
    ],
  },
  subject: subjectOf(patient),
  onsetDateTime: date,
  recordedDate: date,
});

const diagnosisDate = (patient: SimulatedPatient): string => {
  const firstDose = patient.neoadjuvant?.doseDates[0];
  const lead = 14 + patient.random.fork('diagnosis').integer(21);
  return firstDose === undefined
    ? dateOf(patient, -lead)
    : dateOf({ ...patient, surgeryDate: firstDose }, -lead);
};

const resection = (patient: SimulatedPatient): Procedure & { id: string } => {
  const { code, display } = OPERATION[patient.operation];
  return {
    resourceType: 'Procedure',
    id: `${patient.id}-resection`,
    meta: profiledBy(writtenOn(patient.surgeryDate), 'cancer-related-surgical-procedure'),
    extension: [CURATIVE_INTENT],
    status: 'completed',
    code: concept(SYSTEMS.snomed, code, display),
    subject: subjectOf(patient),
    performedDateTime: patient.surgeryDate,
    reasonReference: [cancerReference(patient)],
  };
};

const administrations = (patient: SimulatedPatient): (MedicationAdministration & { id: string })[] => {
  const { neoadjuvant } = patient;
  if (neoadjuvant === undefined) return [];
  return neoadjuvant.doseDates.flatMap((date, cycle) =>
    [neoadjuvant.inhibitor, neoadjuvant.platinum].map((drug): MedicationAdministration & { id: string } => ({
      resourceType: 'MedicationAdministration',
      id: `${patient.id}-${drug}-${cycle + 1}`,
      meta: profiledBy(writtenOn(date), 'cancer-related-medication-administration'),
      status: 'completed',
      medicationCodeableConcept: concept(SYSTEMS.atc, ATC[drug], drug),
      subject: subjectOf(patient),
      effectiveDateTime: date,
      reasonReference: [cancerReference(patient)],
    })),
  );
};

const diseaseStatus = (
  patient: SimulatedPatient,
  suffix: string,
  date: string,
  snomed: '359746009' | '271299001',
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-status-${suffix}`,
  meta: profiledBy(writtenOn(date), 'cancer-disease-status'),
  status: 'final',
  code: concept(SYSTEMS.loinc, '97509-4', 'Cancer disease status'),
  subject: subjectOf(patient),
  focus: [cancerReference(patient)],
  effectiveDateTime: date,
  valueCodeableConcept: concept(SYSTEMS.snomed, snomed),
});

/** Everything of the chart but the modalities. */
export function clinicalResources(
  patient: SimulatedPatient,
  observed: Observed,
  codes: SimulationCodes,
): SimulatedResource[] {
  const visits = observed.visits.map((visit) =>
    diseaseStatus(patient, `m${visit.nominalMonths}`, dateOf(patient, visit.day), '359746009'),
  );
  const diagnosedOn = diagnosisDate(patient);
  const resources: SimulatedResource[] = [
    patientResource(patient, observed.deathDay),
    condition(patient, 'nsclc', 'active', diagnosedOn),
    resection(patient),
    ...administrations(patient),
    ...pathologyResources(patient, codes),
    ...visits,
    ...noduleResources(patient, diagnosedOn),
    ...kidneyResources(patient, observed),
    ...specimenResources(patient, observed),
    ...consentResources(patient, diagnosedOn),
    ...comorbidityResources(patient),
  ];
  if (observed.eventDay !== undefined && patient.event.kind === 'recurrence') {
    const date = dateOf(patient, observed.eventDay);
    resources.push(
      condition(patient, 'recurrence', 'recurrence', date),
      diseaseStatus(patient, 'recurrence', date, '271299001'),
    );
  }
  return resources;
}
