import type {
  AllergyIntolerance,
  Appointment,
  CodeableConcept,
  Condition,
  Consent,
  DiagnosticReport,
  ImagingStudy,
  MedicationAdministration,
  Meta,
  Observation,
  Patient,
  Procedure,
  Quantity,
  Reference,
  Specimen,
} from 'fhir/r4.js';
import { addDays } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import { CALENDAR } from './constants.ts';
import type { SimulatedPatient } from './patient.ts';

/** The resource types a cohort's charts hold, in the order files are written. */
export const RESOURCE_TYPES = [
  'Patient',
  'Condition',
  'Procedure',
  'MedicationAdministration',
  'Observation',
  'DiagnosticReport',
  'Specimen',
  'ImagingStudy',
  'Consent',
] as const;
export type SimulatedResourceType = (typeof RESOURCE_TYPES)[number];

/** A resource of a simulated chart; Appointments and allergies are the demonstration's alone. */
export type SimulatedResource = { readonly id: string } & (
  | Patient
  | Condition
  | Procedure
  | MedicationAdministration
  | Observation
  | DiagnosticReport
  | Specimen
  | ImagingStudy
  | Consent
  | AllergyIntolerance
  | Appointment
);

const MCODE = 'http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-';
const OURS = 'https://recurrence-cds.org/fhir/StructureDefinition/';

/** Says that a resource follows a profile of this repository, and others beside it. */
export const profiled = (meta: Meta, profile: string, ...others: readonly string[]): Meta => ({
  ...meta,
  profile: [`${OURS}${profile}`, ...others],
});

/** The same of a profile of mCODE. */
export const profiledBy = (meta: Meta, mcode: string): Meta => ({ ...meta, profile: [`${MCODE}${mcode}`] });

export const concept = (system: string, code: string, display?: string): CodeableConcept => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});

export const observationCategory = (code: 'laboratory' | 'imaging'): CodeableConcept =>
  concept(SYSTEMS.observationCategory, code);

export const LABORATORY = observationCategory('laboratory');

interface Identified {
  readonly id: string;
}

export const subjectOf = (patient: Identified): Reference => ({ reference: `Patient/${patient.id}` });

export const cancerReference = (patient: Identified): Reference => ({
  reference: `Condition/${patient.id}-nsclc`,
});

export const resectionReference = (patient: Identified): Reference => ({
  reference: `Procedure/${patient.id}-resection`,
});

/** When the registry's systems wrote what happened on a date. */
export const writtenOn = (date: string): Meta => ({ lastUpdated: instantAt(date, '18:00:00') });

/** The calendar date of a day counted from surgery. */
export const dateOf = (patient: SimulatedPatient, day: number): string => addDays(patient.surgeryDate, day);

/** An instant at a fixed time of the local day. */
export const instantAt = (date: string, time: string): string => `${date}T${time}${CALENDAR.utcOffset}`;

/** As laboratories send it. */
export const fourDigits = (value: number): number => Number(value.toPrecision(4));

export const quantity = (value: number, unit: string, comparator?: '<'): Quantity => ({
  value: fourDigits(value),
  ...(comparator === undefined ? {} : { comparator }),
  unit,
  system: SYSTEMS.ucum,
  code: unit,
});
