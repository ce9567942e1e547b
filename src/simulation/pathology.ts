import type { CodeableConcept, Observation } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import type { SimulationCodes } from './codes.ts';
import {
  cancerReference,
  concept,
  dateOf,
  LABORATORY,
  profiled,
  profiledBy,
  resectionReference,
  type SimulatedResource,
  subjectOf,
  writtenOn,
} from './fhir.ts';
import type { SimulatedPatient } from './patient.ts';

/** The pathologist's report is out a week after surgery. */
const PATHOLOGY_DAY = 7;

/** AJCC, 8th edition; after neoadjuvant therapy with the code of yp stages beside it. */
const stagingMethod = ({ care, neoadjuvant }: SimulatedPatient): CodeableConcept => {
  if (care.stageEdition === 'unsaid') return { text: 'TNM' };
  return {
    coding: [
      { system: SYSTEMS.snomed, code: '897275008' },
      ...(neoadjuvant === undefined ? [] : [{ system: SYSTEMS.snomed, code: '1222594003' }]),
    ],
  };
};

const stageObservation = (
  patient: SimulatedPatient,
  codes: SimulationCodes,
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-stage`,
  meta: profiledBy(writtenOn(dateOf(patient, PATHOLOGY_DAY)), 'tnm-stage-group'),
  status: 'final',
  category: [LABORATORY],
  code: concept(SYSTEMS.snomed, '399588009', 'Pathologic TNM stage grouping'),
  subject: subjectOf(patient),
  focus: [cancerReference(patient)],
  effectiveDateTime: patient.surgeryDate,
  method: stagingMethod(patient),
  valueCodeableConcept: concept(SYSTEMS.snomed, codes.stage(patient.stage)),
});

const residualTumour = (patient: SimulatedPatient): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-margins`,
  meta: profiled(writtenOn(dateOf(patient, PATHOLOGY_DAY)), 'residual-tumour'),
  status: 'final',
  category: [LABORATORY],
  code: concept(SYSTEMS.project, 'residual-tumour', 'Residual tumour after resection'),
  subject: subjectOf(patient),
  partOf: [resectionReference(patient)],
  effectiveDateTime: patient.surgeryDate,
  valueCodeableConcept: concept(SYSTEMS.project, patient.care.residualTumour),
});

/** A patient who died within the week still has a pathologist's report; a data cut within it has none. */
export const pathologyResources = (
  patient: SimulatedPatient,
  codes: SimulationCodes,
): readonly SimulatedResource[] =>
  PATHOLOGY_DAY <= patient.dataCutDay ? [stageObservation(patient, codes), residualTumour(patient)] : [];
