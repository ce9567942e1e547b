import type { Observation } from 'fhir/r4.js';
import { daysBetween } from '../domain/index.ts';
import { SYSTEMS } from '../terminology/index.ts';
import { CARE } from './constants.ts';
import { concept, dateOf, instantAt, LABORATORY, subjectOf, type SimulatedResource } from './fhir.ts';
import type { Observed } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';

/** umol/L in one mg/dL of creatinine. */
const UMOL_PER_MG_DL = 88.42;

/**
 * Estimated glomerular filtration rate by CKD-EPI 2021, which does not ask for race; mL/min/1.73 m2.
 *
 * @param creatinine umol/L
 * @see Inker 2021, doi:10.1056/NEJMoa2102953
 */
export function ckdEpi2021(creatinine: number, ageYears: number, sex: 'male' | 'female'): number {
  const [kappa, alpha, factor] = sex === 'female' ? [0.7, -0.241, 1.012] : [0.9, -0.302, 1];
  const ratio = creatinine / UMOL_PER_MG_DL / kappa;
  return 142 * Math.min(ratio, 1) ** alpha * Math.max(ratio, 1) ** -1.2 * 0.9938 ** ageYears * factor;
}

/** Creatinine and eGFR some days before each visit: nothing but age, sex and chance is in them. */
export function kidneyResources(patient: SimulatedPatient, observed: Observed): SimulatedResource[] {
  const { medianMicromolar, personSd, withinSd, beforeVisitDays } = CARE.creatinine;
  const level = Math.log(medianMicromolar[patient.sex]) + personSd * patient.random.fork('kidneys').normal();
  return observed.visits.flatMap(({ nominalMonths, day }) => {
    const date = dateOf(patient, day - beforeVisitDays);
    const noise = patient.random.fork(`kidneys m${String(nominalMonths)}`).normal();
    const creatinine = Math.round(Math.exp(level + withinSd * noise));
    const ageYears = daysBetween(patient.birthDate, date) / 365.25;
    const laboratory = (
      name: string,
      loinc: string,
      display: string,
      value: number,
      unit: string,
    ): Observation & { id: string } => ({
      resourceType: 'Observation',
      id: `${patient.id}-${name}-m${String(nominalMonths)}`,
      meta: { lastUpdated: instantAt(date, '12:00:00') },
      status: 'final',
      category: [LABORATORY],
      code: concept(SYSTEMS.loinc, loinc, display),
      subject: subjectOf(patient),
      effectiveDateTime: instantAt(date, '08:00:00'),
      issued: instantAt(date, '12:00:00'),
      valueQuantity: { value, unit, system: SYSTEMS.ucum, code: unit },
    });
    const egfr = Math.round(ckdEpi2021(creatinine, ageYears, patient.sex));
    return [
      laboratory(
        'creatinine',
        '14682-9',
        'Creatinine [Moles/volume] in Serum or Plasma',
        creatinine,
        'umol/L',
      ),
      laboratory(
        'egfr',
        '98979-8',
        'Glomerular filtration rate/1.73 sq M.predicted by CKD-EPI 2021',
        egfr,
        'mL/min/{1.73_m2}',
      ),
    ];
  });
}
