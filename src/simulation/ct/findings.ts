import { DAYS_PER_MONTH } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';
import { CARE, IMAGING } from '../constants.ts';
import { burdenAt } from '../latent.ts';
import { systemicBurden } from '../modality-simulator.ts';
import type { SimulatedPatient } from '../patient.ts';
import type { Visit } from '../schedule.ts';
import { integerBetween } from '../shares.ts';

/** Which of the two CTs. */
export type CtName = 'preoperative' | 'postoperative';

/** What a CT shows of the disease; sizes as they are drawn. */
export interface Preoperative {
  readonly tumourMm: number;
  readonly nodeMm: number;
}
export interface Postoperative {
  readonly bedMl: number;
  readonly effusionMl: number;
  /** Diameters, one a nodule. */
  readonly nodulesMm: readonly number[];
}

/** The first CT after surgery is made some days before the first visit from month 3 on. */
const FIRST_VISIT_MONTHS = 3;

/** Days from surgery. */
export const preoperativeCtDay = (patient: SimulatedPatient): number =>
  -integerBetween(patient.random.fork('ct preoperative'), CARE.ctBeforeSurgeryDays);

/** Undefined where none of the visits is late enough. */
export function postoperativeCtDay(
  patient: SimulatedPatient,
  visits: readonly Visit[] = patient.visits,
): number | undefined {
  const visit = visits.find(({ nominalMonths }) => nominalMonths >= FIRST_VISIT_MONTHS);
  const lead = integerBetween(patient.random.fork('ct postoperative'), CARE.ctBeforeVisitDays);
  return visit === undefined ? undefined : visit.day - lead;
}

interface Sized {
  readonly median: number;
  readonly loading: number;
  readonly sd: number;
  readonly min?: number;
  readonly max: number;
}

const sizeOf = ({ median, loading, sd, min = 0, max }: Sized, systemic: number, random: Random): number =>
  Math.min(max, Math.max(min, median * Math.exp(loading * systemic + sd * random.normal())));

/** How many, by inversion. */
function poisson(random: Random, mean: number, most: number): number {
  let left = random.uniform();
  let probability = Math.exp(-mean);
  let count = 0;
  while (left >= probability && count < most) {
    left -= probability;
    count++;
    probability *= mean / count;
  }
  return count;
}

export function preoperativeFindings(patient: SimulatedPatient): Preoperative {
  const random = patient.random.fork('ct preoperative findings');
  const systemic = systemicBurden(patient.latent.preoperative);
  return {
    tumourMm: sizeOf(IMAGING.tumourMm, systemic, random),
    nodeMm: sizeOf(IMAGING.nodeMm, systemic, random),
  };
}

/** @param day of the CT, from surgery */
export function postoperativeFindings(patient: SimulatedPatient, day: number): Postoperative {
  const random = patient.random.fork('ct postoperative findings');
  const systemic = systemicBurden(burdenAt(patient.latent, day / DAYS_PER_MONTH));
  const { nodules } = IMAGING;
  const bedMl = sizeOf(IMAGING.bedMl, systemic, random);
  const effusionMl = sizeOf(IMAGING.effusionMl, systemic, random);
  const count = poisson(random, Math.exp(nodules.meanLog + nodules.loading * systemic), nodules.max);
  return {
    bedMl,
    effusionMl,
    nodulesMm: Array.from({ length: count }, () => sizeOf({ ...nodules.sizeMm, loading: 0 }, 0, random)),
  };
}
