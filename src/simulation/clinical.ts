import type { Condition, MedicationAdministration, Observation, Patient, Procedure } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import type { SimulationCodes } from './codes.ts';
import { concept, dateOf, instantAt, type SimulatedResource, subjectOf } from './fhir.ts';
import type { Observed } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';

const ICD10 = 'http://hl7.org/fhir/sid/icd-10-cm';

const ATC = {
  nivolumab: 'L01FF01',
  pembrolizumab: 'L01FF02',
  cisplatin: 'L01XA01',
  carboplatin: 'L01XA02',
} as const;

const OPERATION = {
  lobectomy: { code: '173171007', display: 'Lobectomy of lung (procedure)' },
  pneumonectomy: { code: '49795001', display: 'Pneumonectomy (procedure)' },
} as const;

/** When the registry's systems wrote what happened on a date. */
const writtenOn = (date: string): { lastUpdated: string } => ({ lastUpdated: instantAt(date, '18:00:00') });

export function patientResource(patient: SimulatedPatient, deathDay?: number): Patient & { id: string } {
  const deceasedOn = deathDay === undefined ? undefined : dateOf(patient, deathDay);
  return {
    resourceType: 'Patient',
    id: patient.id,
    meta: writtenOn(deceasedOn ?? dateOf(patient, 0)),
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
  meta: writtenOn(date),
  clinicalStatus: concept(SYSTEMS.conditionClinical, clinicalStatus),
  verificationStatus: concept(SYSTEMS.conditionVerification, 'confirmed'),
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
    meta: writtenOn(patient.surgeryDate),
    status: 'completed',
    code: concept(SYSTEMS.snomed, code, display),
    subject: subjectOf(patient),
    performedDateTime: patient.surgeryDate,
  };
};

const administrations = (patient: SimulatedPatient): (MedicationAdministration & { id: string })[] => {
  const { neoadjuvant } = patient;
  if (neoadjuvant === undefined) return [];
  return neoadjuvant.doseDates.flatMap((date, cycle) =>
    [neoadjuvant.inhibitor, neoadjuvant.platinum].map((drug): MedicationAdministration & { id: string } => ({
      resourceType: 'MedicationAdministration',
      id: `${patient.id}-${drug}-${cycle + 1}`,
      meta: writtenOn(date),
      status: 'completed',
      medicationCodeableConcept: concept(SYSTEMS.atc, ATC[drug], drug),
      subject: subjectOf(patient),
      effectiveDateTime: date,
    })),
  );
};

/** The pathologist's report is out a week after surgery. */
const PATHOLOGY_DAY = 7;

const stageObservation = (
  patient: SimulatedPatient,
  codes: SimulationCodes,
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-stage`,
  meta: writtenOn(dateOf(patient, PATHOLOGY_DAY)),
  status: 'final',
  code: concept(SYSTEMS.snomed, '399588009', 'Pathologic TNM stage grouping'),
  subject: subjectOf(patient),
  effectiveDateTime: patient.surgeryDate,
  method: concept(SYSTEMS.snomed, '897275008'),
  valueCodeableConcept: concept(SYSTEMS.snomed, codes.stage(patient.stage)),
});

const diseaseStatus = (
  patient: SimulatedPatient,
  suffix: string,
  date: string,
  snomed: '359746009' | '271299001',
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-status-${suffix}`,
  meta: writtenOn(date),
  status: 'final',
  code: concept(SYSTEMS.loinc, '97509-4', 'Cancer disease status'),
  subject: subjectOf(patient),
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
  const resources: SimulatedResource[] = [
    patientResource(patient, observed.deathDay),
    condition(patient, 'nsclc', 'active', diagnosisDate(patient)),
    resection(patient),
    ...administrations(patient),
    // A patient who died within the week still has a pathologist's report; a data cut within it has none.
    ...(PATHOLOGY_DAY <= patient.dataCutDay ? [stageObservation(patient, codes)] : []),
    ...visits,
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
