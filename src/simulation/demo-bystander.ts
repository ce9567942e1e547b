import type { Condition, Observation, Patient, Procedure } from 'fhir/r4.js';
import { addDays } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import type { Story } from './demo-case-spec.ts';
import { concept, instantAt, LABORATORY, quantity, type SimulatedResource, subjectOf } from './fhir.ts';

export const BYSTANDER_ID = 'demo-no-lung-cancer';
export const BYSTANDER_NAME = { family: 'Synthson', given: 'Oscar' };
export const BYSTANDER_STORY: Story = {
  en: 'Hypertension and a gallbladder removed; no lung cancer: no card at all.',
  zh: '高血压，曾行胆囊切除术，无肺癌：不显示任何卡片。',
};

const SUBJECT = { id: BYSTANDER_ID };

/** LOINC code, name, value, UCUM unit. */
const LABS = [
  ['718-7', 'Hemoglobin', 14.1, 'g/dL'],
  ['2160-0', 'Creatinine', 0.9, 'mg/dL'],
  ['2951-2', 'Sodium', 140, 'mmol/L'],
  ['2345-7', 'Glucose', 96, 'mg/dL'],
] as const;

const laboratory = (date: string): (Observation & { id: string })[] =>
  LABS.map(([code, name, value, unit]) => ({
    resourceType: 'Observation',
    id: `${BYSTANDER_ID}-lab-${code}`,
    meta: { lastUpdated: instantAt(date, '14:00:00') },
    status: 'final',
    category: [LABORATORY],
    code: concept(SYSTEMS.loinc, code, name),
    subject: subjectOf(SUBJECT),
    effectiveDateTime: instantAt(date, '08:00:00'),
    issued: instantAt(date, '14:00:00'),
    valueQuantity: quantity(value, unit),
  }));

/** A patient of the same hospital whom the service must leave alone. */
export function bystanderResources(today: string): SimulatedResource[] {
  const [onset, operated] = [addDays(today, -2200), addDays(today, -410)];
  const patient: Patient & { id: string } = {
    resourceType: 'Patient',
    id: BYSTANDER_ID,
    meta: { lastUpdated: instantAt(onset, '18:00:00') },
    identifier: [{ system: SYSTEMS.simulatedPatient, value: BYSTANDER_ID }],
    name: [{ family: BYSTANDER_NAME.family, given: [BYSTANDER_NAME.given] }],
    gender: 'male',
    birthDate: addDays(today, -Math.round(55.3 * 365.25)),
  };
  const hypertension: Condition & { id: string } = {
    resourceType: 'Condition',
    id: `${BYSTANDER_ID}-hypertension`,
    meta: { lastUpdated: instantAt(onset, '18:00:00') },
    clinicalStatus: concept(SYSTEMS.conditionClinical, 'active'),
    verificationStatus: concept(SYSTEMS.conditionVerification, 'confirmed'),
    code: {
      coding: [
        {
          system: SYSTEMS.snomed,
          code: '38341003',
          display: 'Hypertensive disorder, systemic arterial (disorder)',
        },
        { system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'I10' },
      ],
    },
    subject: subjectOf(SUBJECT),
    onsetDateTime: onset,
    recordedDate: onset,
  };
  const cholecystectomy: Procedure & { id: string } = {
    resourceType: 'Procedure',
    id: `${BYSTANDER_ID}-cholecystectomy`,
    meta: { lastUpdated: instantAt(operated, '18:00:00') },
    status: 'completed',
    code: concept(SYSTEMS.snomed, '38102005', 'Cholecystectomy (procedure)'),
    subject: subjectOf(SUBJECT),
    performedDateTime: operated,
  };
  return [patient, hypertension, cholecystectomy, ...laboratory(addDays(today, -21))];
}
