import { DAYS_PER_MONTH, type ModalityId } from '../domain/index.ts';
import type { Random } from '../numerics/index.ts';
import type { SimulationCodes } from './codes.ts';
import { SYSTEMIC_SATURATION } from './constants.ts';
import type { SimulatedResource } from './fhir.ts';
import { burdenAt } from './latent.ts';
import type { Observed } from './observed.ts';
import type { SimulatedPatient } from './patient.ts';
import type { Draw } from './schedule.ts';

/** One modality's simulator: a file beside this one, and a line in the registry (modalities.ts). */
export interface ModalitySimulator {
  readonly id: ModalityId;
  /**
   * The informative signals a model could use at a landmark: after biological and analytical noise, before
   * rounding, limits of detection, units and losses. Fixed length; the contract's attainable C is a Cox on them.
   */
  signals(patient: SimulatedPatient, landmarkMonths: number): readonly number[];
  /** What the laboratory wrote into the chart. */
  resources(patient: SimulatedPatient, observed: Observed, codes: SimulationCodes): SimulatedResource[];
}

/** B at the time of a draw. */
export const burdenAtDraw = (patient: SimulatedPatient, draw: Draw): number =>
  burdenAt(patient.latent, draw.day / DAYS_PER_MONTH);

/** The host's answer to the burden: 3 tanh(B / 3). */
export const systemicBurden = (burden: number): number =>
  SYSTEMIC_SATURATION * Math.tanh(burden / SYSTEMIC_SATURATION);

/** The baseline draw and the one made for the visit at `landmarkMonths`. */
export function drawsForLandmark(patient: SimulatedPatient, landmarkMonths: number): readonly Draw[] {
  return patient.draws.filter((draw) => draw.label === 'baseline' || draw.forMonths === landmarkMonths);
}

/** The draws whose sample reached the modality's laboratory and whose result was out by the data cut. */
export function takenDraws(
  patient: SimulatedPatient,
  observed: Observed,
  modality: ModalityId,
  issueDay: (draw: Draw) => number,
): readonly Draw[] {
  const { lacks, drawLostShare } = patient.collection;
  if (lacks.includes(modality)) return [];
  return observed.draws.filter(
    (draw) =>
      patient.random.fork(`${modality} lost ${draw.label}`).uniform() >= drawLostShare &&
      issueDay(draw) <= patient.dataCutDay,
  );
}

/** A batch: a site's quarter of a year. */
export const batchName = (patient: SimulatedPatient, date: string): string => {
  const quarter = Math.floor((Number(date.slice(5, 7)) - 1) / 3) + 1;
  return `${patient.site.id} ${date.slice(0, 4)} ${quarter}`;
};

/** The stream that all samples of one batch share. */
export const batchRandom = (patient: SimulatedPatient, modality: ModalityId, date: string): Random =>
  patient.cohortRandom.fork(`${modality} batch ${batchName(patient, date)}`);
