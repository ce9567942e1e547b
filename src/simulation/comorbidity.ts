import type { AllergyIntolerance, Condition, Observation } from 'fhir/r4.js';
import { SYSTEMS } from '../terminology/index.ts';
import { concept, dateOf, profiled, type SimulatedResource, subjectOf, writtenOn } from './fhir.ts';
import type { SimulatedPatient } from './patient.ts';

const colonCancer = (patient: SimulatedPatient, yearsBefore: number): Condition & { id: string } => {
  const onset = dateOf(patient, -Math.round(yearsBefore * 365.25));
  return {
    resourceType: 'Condition',
    id: `${patient.id}-colon-cancer`,
    meta: writtenOn(onset),
    clinicalStatus: concept(SYSTEMS.conditionClinical, 'active'),
    verificationStatus: concept(SYSTEMS.conditionVerification, 'confirmed'),
    code: {
      coding: [
        { system: SYSTEMS.snomed, code: '363406005', display: 'Malignant neoplasm of colon (disorder)' },
        { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'C18.2' },
      ],
    },
    subject: subjectOf(patient),
    onsetDateTime: onset,
    recordedDate: onset,
  };
};

const contrastAllergy = (patient: SimulatedPatient): AllergyIntolerance & { id: string } => {
  const recorded = dateOf(patient, -700);
  return {
    resourceType: 'AllergyIntolerance',
    id: `${patient.id}-contrast-allergy`,
    meta: writtenOn(recorded),
    clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active'),
    verificationStatus: concept(
      'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
      'confirmed',
    ),
    category: ['medication'],
    criticality: 'high',
    code: concept(SYSTEMS.snomed, '293637006', 'Allergy to contrast media (finding)'),
    patient: subjectOf(patient),
    recordedDate: recorded,
  };
};

const judgementObservation = (
  patient: SimulatedPatient,
  judgement: string,
): Observation & { id: string } => ({
  resourceType: 'Observation',
  id: `${patient.id}-judgement`,
  meta: profiled(writtenOn(dateOf(patient, 14)), 'investigator-judgement'),
  status: 'final',
  code: concept(SYSTEMS.project, 'investigator-judgement', 'Judgement of the investigator'),
  subject: subjectOf(patient),
  effectiveDateTime: dateOf(patient, 14),
  performer: [{ display: 'Simulated investigator' }],
  valueCodeableConcept: concept(SYSTEMS.project, judgement),
});

/** What only patients of the demonstration have: the cohort's are as its composition was frozen. */
export const comorbidityResources = (patient: SimulatedPatient): SimulatedResource[] => {
  const { otherCancerYearsBefore, contrastAllergy: isAllergic, judgement } = patient.care;
  return [
    ...(otherCancerYearsBefore === undefined ? [] : [colonCancer(patient, otherCancerYearsBefore)]),
    ...(isAllergic ? [contrastAllergy(patient)] : []),
    ...(judgement === undefined ? [] : [judgementObservation(patient, judgement)]),
  ];
};
