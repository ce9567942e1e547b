import type {
  CodeableConcept,
  Condition,
  DiagnosticReport,
  MedicationAdministration,
  Observation,
  Patient,
  Procedure,
  Quantity,
} from 'fhir/r4.js';
import { addDays } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import { CALENDAR } from './constants.ts';
import type { SimulatedPatient } from './patient.ts';

/** The resource types a simulated chart holds, in the order files are written. */
export const RESOURCE_TYPES = [
  'Patient',
  'Condition',
  'Procedure',
  'MedicationAdministration',
  'Observation',
  'DiagnosticReport',
] as const;
export type SimulatedResourceType = (typeof RESOURCE_TYPES)[number];

export type SimulatedResource = { readonly id: string } & (
  Patient | Condition | Procedure | MedicationAdministration | Observation | DiagnosticReport
);

export const concept = (system: string, code: string, display?: string): CodeableConcept => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});

export const LABORATORY: CodeableConcept = concept(SYSTEMS.observationCategory, 'laboratory');

export const subjectOf = (patient: { readonly id: string }): { reference: string } => ({
  reference: `Patient/${patient.id}`,
});

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
