import { refuse, requirePositiveNumber, type SurvivalData, validateSurvivalData } from '../data.ts';
import { ObservedByHorizon } from './observed.ts';
import { requireNoEntry, requireRisk } from './predicted.ts';

export interface NetBenefit {
  /** Risk from which on a patient is treated. */
  readonly threshold: number;
  /** Share of rows at or above the threshold. */
  readonly treated: number;
  /**
   * Of treating those at or above the threshold: true positives less false positives * threshold / (1 - threshold),
   * per patient; undefined where their follow-up ends before the horizon.
   */
  readonly model: number | undefined;
  /** Of treating everybody. Treating nobody has 0. */
  readonly all: number;
  /** Untreated patients that the model saves, per patient, at no loss of true positives, beside treating everybody. */
  readonly reduction: number | undefined;
}

/**
 * Decision curve at a horizon with censoring: among the rows that a threshold treats, Kaplan-Meier says who has the
 * event by the horizon. O(n) a threshold.
 *
 * @param risk probability of the event by the horizon, shape (n), in [0, 1]
 * @param thresholds between 0 and 1, both left out
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for delayed entry and when nobody is at risk at the horizon;
 *   SURVIVAL_NO_EVENTS when no event comes by the horizon
 * @see Vickers & Elkin 2006, doi:10.1177/0272989X06295361; Vickers 2008, doi:10.1186/1472-6947-8-53
 */
export function decisionCurve(
  data: SurvivalData,
  risk: Float64Array,
  horizon: number,
  thresholds: ArrayLike<number>,
): NetBenefit[] {
  const n = validateSurvivalData(data);
  requirePositiveNumber(horizon, 'horizon');
  requireRisk(risk, n);
  requireNoEntry(data, 'the decision curve');
  const observed = new ObservedByHorizon(data, horizon);
  const everybody = observed.ofAll().risk;
  return Array.from(thresholds, (threshold) => {
    if (!(threshold > 0 && threshold < 1))
      refuse(`thresholds holds ${threshold}, which is not between 0 and 1`);
    const odds = threshold / (1 - threshold);
    const benefit = (share: number, events: number): number => share * (events - (1 - events) * odds);
    const above = Uint8Array.from(risk, (value) => (value >= threshold ? 1 : 0));
    const treated = above.reduce((sum, is) => sum + is, 0) / n;
    const seen = observed.of(above)?.risk;
    const untreated = treated === 0 ? 0 : undefined;
    const model = untreated ?? (seen === undefined ? undefined : benefit(treated, seen));
    const all = benefit(1, everybody);
    return {
      threshold,
      treated,
      model,
      all,
      reduction: model === undefined ? undefined : (model - all) / odds,
    };
  });
}
