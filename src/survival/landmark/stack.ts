/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { refuse, requireFinite, type SurvivalData, validateSurvivalData } from '../data.ts';
import { type Measurements, valuesAtLandmarks } from './measurements.ts';
import { isAtRiskAfter, type LandmarkClock, landmarkOutcomes } from './outcomes.ts';

export interface StackInput {
  /** One row a patient, with delayed entry or without. */
  readonly data: SurvivalData;
  /** Ascending, not negative, in the data's unit from its origin; shape (k). */
  readonly landmarks: Float64Array;
  /** Rows are censored this long after their landmark; Infinity follows them to their end. */
  readonly horizon: number;
  readonly clock?: LandmarkClock;
  /** Covariates that change over time. */
  readonly measurements?: Measurements;
  /** How many covariates `measurements` has; default 0. */
  readonly columns?: number;
  /** A value taken longer than this before the landmark is too old to use; default Infinity. */
  readonly maximumAge?: number;
}

/** Stacked rows: patients at the landmarks they reach, by landmark and then patient; shape (n) each. */
export interface LandmarkSet {
  /** What happens after the landmark. */
  readonly data: SurvivalData;
  /** Index of the patient: the rows' clusters, and what fixed covariates are looked up by. */
  readonly patient: Int32Array;
  /** Index of the landmark: the rows' strata. */
  readonly landmark: Int32Array;
  /** The landmark itself: a covariate of the super-model. */
  readonly landmarkTime: Float64Array;
  /** Latest usable values, shape (n, columns), row-major; NaN where a patient has none. */
  readonly values: Float64Array;
}

/**
 * The stacked landmark data set: every patient at every landmark at which he is event-free and under observation,
 * with what was known by then, followed for `horizon`.
 *
 * A patient whose entry is the landmark itself is in; one whose end is the landmark is not. A value may be used from
 * `usableFrom`, not from when it was taken.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also if nobody is at risk at any landmark
 * @see van Houwelingen 2007, doi:10.1111/j.1467-9469.2006.00529.x; van Houwelingen & Putter 2011,
 *   doi:10.1201/b11311
 */
export function stackLandmarks(input: StackInput): LandmarkSet {
  const { data, landmarks, horizon, clock = 'origin', columns = 0, maximumAge = Infinity } = input;
  const patients = validateSurvivalData(data);
  requireLandmarks(landmarks);
  if (!(maximumAge > 0)) refuse(`maximumAge is ${maximumAge}, not above 0`);
  if (!(Number.isInteger(columns) && columns >= 0)) refuse(`columns is ${columns}, not a whole number`);
  const rows: { patient: number; landmark: number }[] = [];
  landmarks.forEach((s, landmark) => {
    for (let patient = 0; patient < patients; patient++)
      if (isAtRiskAfter(data, patient, s)) rows.push({ patient, landmark });
  });
  if (rows.length === 0) refuse('nobody is at risk after any of the landmarks');
  const patient = Int32Array.from(rows, (row) => row.patient);
  const landmark = Int32Array.from(rows, (row) => row.landmark);
  const landmarkTime = Float64Array.from(rows, (row) => landmarks[row.landmark]!);
  const outcomes = landmarkOutcomes({ data, patient, landmark: landmarkTime, horizon, clock });
  const values = new Float64Array(rows.length * columns).fill(NaN);
  if (input.measurements !== undefined) {
    const write = valuesAtLandmarks({ measurements: input.measurements, columns, patients, maximumAge });
    patient.forEach((who, row) => {
      write(who, landmarkTime[row]!, values.subarray(row * columns, (row + 1) * columns));
    });
  }
  return { data: outcomes, patient, landmark, landmarkTime, values };
}

const requireLandmarks = (landmarks: Float64Array): void => {
  if (landmarks.length === 0) refuse('landmarks is empty');
  requireFinite(landmarks, landmarks.length, 'landmarks');
  landmarks.forEach((s, k) => {
    if (s < 0) refuse(`landmarks is negative at index ${k}`);
    if (k > 0 && s <= landmarks[k - 1]!) refuse(`landmarks does not rise at index ${k}`);
  });
};
