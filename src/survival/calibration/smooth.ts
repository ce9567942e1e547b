/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { quantileOfSorted } from '../../numerics/index.ts';
import { breslowBaseline, cumulativeHazardAt, fitCox, linearPredictor } from '../cox/index.ts';
import { refuse, requirePositiveNumber, type SurvivalData, validateSurvivalData } from '../data.ts';
import { complementaryLogLog } from './predicted.ts';
import { splineBasis, splineKnots } from './spline.ts';

export interface SmoothCalibration {
  /** The risk observed, by the smooth curve, at each row's predicted risk; shape (n), in [0, 1]. */
  readonly observed: Float64Array;
  /** Integrated calibration index: the mean of |observed - predicted|. */
  readonly ici: number;
  /** Median, 90 % quantile and greatest of |observed - predicted|. */
  readonly e50: number;
  readonly e90: number;
  readonly emax: number;
  /** On the scale log(-log(1 - risk)). */
  readonly knots: Float64Array;
}

/**
 * Smooth calibration at a horizon: a Cox model (Breslow's ties) of restricted cubic splines of
 * log(-log(1 - risk)), whose risk by the horizon is the observed one. Delayed entry is allowed: the indices are
 * means over the rows that did enter.
 *
 * @param risk probability of the event by the horizon, shape (n), between 0 and 1, both left out
 * @param options.knots 3 (the default), 4 or 5, at Harrell's quantiles of the predictions
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also when the predictions take too few values for the knots, or nobody
 *   is at risk at the horizon; SURVIVAL_NO_EVENTS when no event comes by then; fitCox's
 * @see Austin, Harrell & van Klaveren 2020, doi:10.1002/sim.8570; equals R's coxph(Surv(time, event) ~
 *   rms::rcs(log(-log(1 - risk)), knots), ties = "breslow") with its survfit at the horizon
 */
export function smoothCalibration(
  data: SurvivalData,
  risk: Float64Array,
  horizon: number,
  { knots: count = 3 }: { readonly knots?: 3 | 4 | 5 } = {},
): SmoothCalibration {
  const n = validateSurvivalData(data);
  requirePositiveNumber(horizon, 'horizon');
  const scale = complementaryLogLog(risk, n);
  requireFollowUp(data, horizon);
  const knots = splineKnots(scale, count);
  const basis = splineBasis(scale, knots);
  const { coefficients } = fitCox({ x: basis, columns: knots.length - 1, data, ties: 'breslow' });
  const eta = linearPredictor(basis, coefficients);
  const hazard = cumulativeHazardAt(breslowBaseline({ data, linearPredictor: eta }), horizon);
  const observed = eta.map((value) => -Math.expm1(-hazard * Math.exp(value)));
  const errors = observed.map((value, row) => Math.abs(value - risk[row]!)).sort();
  return {
    observed,
    ici: errors.reduce((sum, value) => sum + value, 0) / n,
    e50: quantileOfSorted(errors, 0.5),
    e90: quantileOfSorted(errors, 0.9),
    emax: errors[n - 1]!,
    knots,
  };
}

const requireFollowUp = ({ time, event }: SurvivalData, horizon: number): void => {
  if (!time.some((t, row) => t <= horizon && event[row] === 1))
    throw new CdsError('SURVIVAL_NO_EVENTS', `no row has its event by the horizon ${horizon}`);
  if (!time.some((t) => t >= horizon)) refuse(`nobody is at risk at the horizon ${horizon}`);
};
