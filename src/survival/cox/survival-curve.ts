/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { criticalValue } from '../curves/intervals.ts';
import { refuse, requireFinite } from '../data.ts';
import type { CoxFit } from './cox.ts';
import type { CoxInput } from './design.ts';
import { fittedDesign } from './residuals.ts';
import { sweepRiskSets } from './sweep.ts';

/** Predicted survival of one row: right-continuous step functions with value 1 (hazard 0) before times[0]. */
export interface PredictedSurvival {
  /** The stratum's distinct event times, ascending, shape (m). */
  readonly times: Float64Array;
  /** S(t | x) = exp(-cumulative hazard), shape (m). */
  readonly survival: Float64Array;
  readonly cumulativeHazard: Float64Array;
  /** Of the cumulative hazard, which is that of -log S; robust where the fit has clusters. */
  readonly standardError: Float64Array;
  /** Pointwise interval of S, on the log scale, shape (m). */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/**
 * The survival curve that a fit predicts for a row with given covariates, which don't change over time; the
 * baseline is Breslow's or Efron's, as the fit's ties. The error is that of baseline and coefficients.
 *
 * @param input what was fitted, with ties other than exact
 * @param covariates shape (columns), in the input's units, uncentred
 * @param options.stratum the label of the row's stratum; default 0, the only one without strata
 * @param options.level confidence, in (0, 1); default 0.95
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for a stratum that isn't there and for
 *   covariates at which the hazard overflows, and what `fitCox` says of its
 *   input
 * @see Tsiatis 1981, doi:10.1214/aos/1176345335; equals R's survfit(fit, newdata): surv, std.err, lower, upper
 */
export function predictSurvival(
  input: CoxInput,
  fit: CoxFit,
  covariates: Float64Array,
  options: { readonly stratum?: number; readonly level?: number } = {},
): PredictedSurvival {
  const { stratum = 0, level = 0.95 } = options;
  const { problem, centre, scale, beta } = fittedDesign(input, fit);
  const { sets, columns: p, steps } = problem;
  requireFinite(covariates, p, 'covariates');
  const index = sets.strata.indexOf(stratum);
  const width = criticalValue(level);
  if (index < 0) refuse(`no row is in stratum ${stratum}`);
  const x = covariates.map((value, j) => (value - centre[index * p + j]!) / scale[j]!);
  const sweep = sweepRiskSets(problem, beta);
  const relative = Math.exp(x.reduce((sum, value, j) => sum + value * beta[j]!, -sweep.shift));
  const covariance = fit.robustCovariance ?? fit.covariance;
  const groups = [...Array(sets.groups).keys()].filter((g) => sets.stratumOfGroup[g] === index).reverse();
  let [hazard, variance] = [0, 0];
  const slope = new Float64Array(p);
  const points = groups.map((g) => {
    for (let s = steps.start[g]!; s < steps.start[g + 1]!; s++) {
      const increment = (relative * steps.weight[s]!) / sweep.total[s]!;
      hazard += increment;
      variance += (increment * relative) / sweep.total[s]!;
      for (let j = 0; j < p; j++) {
        slope[j] = slope[j]! + increment * (x[j]! - sweep.mean[s * p + j]!) * scale[j]!;
      }
    }
    return { hazard, standardError: Math.sqrt(variance + quadraticForm(slope, covariance)) };
  });
  requireFinite(
    Float64Array.from(points, (point) => point.hazard + point.standardError),
    points.length,
    'the hazard at covariates so far out',
  );
  const column = (of: (point: { hazard: number; standardError: number }) => number): Float64Array =>
    Float64Array.from(points, of);
  return {
    times: Float64Array.from(groups, (g) => sets.groupTime[g]!),
    survival: column((point) => Math.exp(-point.hazard)),
    cumulativeHazard: column((point) => point.hazard),
    standardError: column((point) => point.standardError),
    lower: column((point) => Math.exp(-point.hazard - width * point.standardError)),
    upper: column((point) => Math.min(1, Math.exp(-point.hazard + width * point.standardError))),
  };
}

const quadraticForm = (v: Float64Array, matrix: Float64Array): number => {
  const p = v.length;
  let sum = 0;
  for (let at = 0; at < p * p; at++) sum += v[Math.floor(at / p)]! * matrix[at]! * v[at % p]!;
  return sum;
};
