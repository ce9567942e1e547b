import { DAYS_PER_MONTH, HORIZON_MONTHS, type HorizonMonths } from '../domain/index.ts';
import { type LatentState, trueRisk } from './latent.ts';
import type { OutOfStudy, SimulatedPatient } from './patient.ts';

/** Landmarks of the statistical contract, months since surgery. */
export const TRUTH_LANDMARK_MONTHS = [1, 3, 6, 9, 12, 18, 24] as const;

/** What the oracle knows of a patient; never part of a chart. */
export interface TruthRow {
  readonly patient: string;
  /** YYYY-MM-DD */
  readonly surgeryDate: string;
  /** Days from surgery to recurrence or death, whether or not anybody saw it; not a whole number. */
  readonly eventDays: number;
  readonly kind: 'recurrence' | 'death';
  readonly stage: string;
  readonly majorResponse: boolean;
  readonly latent: LatentState;
  /** P(event within the horizon | event-free at the landmark, latent state), 0..1. */
  readonly risks: readonly {
    readonly landmarkMonths: number;
    readonly horizonMonths: HorizonMonths;
    readonly risk: number;
  }[];
  readonly eligible: boolean;
  readonly outOfStudy?: OutOfStudy;
}

export const truthOf = (patient: SimulatedPatient): TruthRow => ({
  patient: patient.id,
  surgeryDate: patient.surgeryDate,
  eventDays: patient.event.months * DAYS_PER_MONTH,
  kind: patient.event.kind,
  stage: patient.stage,
  majorResponse: patient.majorResponse,
  latent: patient.latent,
  risks: TRUTH_LANDMARK_MONTHS.flatMap((landmarkMonths) =>
    HORIZON_MONTHS.map((horizonMonths) => ({
      landmarkMonths,
      horizonMonths,
      risk: trueRisk(patient, landmarkMonths, horizonMonths),
    })),
  ),
  eligible: patient.outOfStudy === undefined,
  ...(patient.outOfStudy === undefined ? {} : { outOfStudy: patient.outOfStudy }),
});
