import type { CareRecord } from './care.ts';
import type { LatentState, TrueEvent } from './latent.ts';
import type { PatientOverrides } from './patient.ts';

export interface Story {
  readonly en: string;
  readonly zh: string;
}

/** A demonstration patient whose visit is today: what is set by hand; the rest is drawn from the fixed seed. */
export interface DemoCaseSpec {
  readonly id: string;
  readonly story: Story;
  readonly seed: number;
  /** Months from surgery of the visits so far; the last one is today's. */
  readonly visitMonths: readonly number[];
  /** Samples of the last so many months are absent: none were drawn. */
  readonly noDrawsForMonths?: number;
  /** No sample was taken before surgery. */
  readonly noBaseline?: true;
  readonly lacks?: readonly ('metabolomics' | 'cfdna')[];
  /** A follow-up appointment is booked for tomorrow: what a nightly sweep finds. */
  readonly appointmentTomorrow?: true;
  readonly given: PatientOverrides &
    Required<Pick<PatientOverrides, 'name' | 'sex' | 'ageYears' | 'stage' | 'latent' | 'site' | 'study'>>;
}

export const NEVER: TrueEvent = { months: Infinity, kind: 'recurrence' };

export const latent = (intercept: number, ratePerMonth: number, preoperative: number): LatentState => ({
  intercept,
  ratePerMonth,
  preoperative,
});

/** Consented, R0, everything written down: what a case shows does not hang on a draw. */
export const RECORDED: Partial<CareRecord> = { residualTumour: 'r0', attenuation: 'solid', consent: 'given' };

export const person = (
  family: string,
  given: string,
  sex: 'male' | 'female',
  ageYears: number,
): Pick<DemoCaseSpec['given'], 'name' | 'sex' | 'ageYears'> => ({ name: { family, given }, sex, ageYears });
