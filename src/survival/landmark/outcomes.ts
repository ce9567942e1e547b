/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import {
  refuse,
  requireFinite,
  requireLength,
  requirePositiveNumber,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';

/**
 * Where time 0 of the rows is. `origin` (the default): that of the patients (the resection), with delayed entry at
 * the landmark, so that one baseline serves all landmarks. `landmark`: the landmark itself, without entry.
 */
export type LandmarkClock = 'origin' | 'landmark';

export interface LandmarkOutcomesInput {
  /** One row a patient. */
  readonly data: SurvivalData;
  /** Patient of each landmark row, an index into `data`; shape (n). */
  readonly patient: Int32Array;
  /** Landmark of each row, in the data's unit from its origin, not negative; shape (n). */
  readonly landmark: Float64Array;
  /** Rows are censored this long after their landmark; Infinity follows them to their end. */
  readonly horizon: number;
  readonly clock?: LandmarkClock;
}

/** Is a patient under observation and event-free at t, and observed after it? Entry at t itself will do. */
export const isAtRiskAfter = ({ entry, time }: SurvivalData, patient: number, t: number): boolean =>
  time[patient]! > t && (entry === undefined || entry[patient]! <= t);

/**
 * What happens to patients after landmarks: at risk from the landmark, censored `horizon` after it. An event at
 * landmark + horizon itself counts.
 *
 * @returns shape (n), in the order of the rows
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for a patient who is not at risk after the landmark
 * @see van Houwelingen 2007, doi:10.1111/j.1467-9469.2006.00529.x; equals the rows of R's survSplit(cut = landmark)
 *   that start at the landmark, censored at landmark + horizon
 */
export function landmarkOutcomes(input: LandmarkOutcomesInput): SurvivalData {
  const { data, patient, landmark, horizon, clock = 'origin' } = input;
  const patients = validateSurvivalData(data);
  if (horizon !== Infinity) requirePositiveNumber(horizon, 'horizon');
  if (landmark.length === 0) refuse('landmark is empty');
  requireLength(patient, landmark.length, 'patient');
  requireFinite(landmark, landmark.length, 'landmark');
  landmark.forEach((s, row) => {
    const who = patient[row]!;
    const refuseRow = (why: string): never => refuse(`row ${row}: ${why}`);
    if (s < 0) refuseRow('landmark is negative');
    if (who < 0 || who >= patients) refuseRow(`patient ${who} is not in data`);
    if (!isAtRiskAfter(data, who, s)) refuseRow(`patient ${who} is not at risk after the landmark ${s}`);
    if (!(s + horizon > s)) refuseRow(`horizon ${horizon} is nothing beside the landmark ${s}`);
  });
  const origin = (row: number): number => (clock === 'origin' ? 0 : landmark[row]!);
  const time = landmark.map((s, row) => Math.min(data.time[patient[row]!]!, s + horizon) - origin(row));
  const event = Uint8Array.from(patient, (who, row) =>
    data.event[who] === 1 && data.time[who]! <= landmark[row]! + horizon ? 1 : 0,
  );
  return clock === 'origin' ? { entry: landmark.slice(), time, event } : { time, event };
}
