/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { breslowEtaDerivatives } from '../cox/breslow-likelihood.ts';
import { etaOf } from '../cox/sweep.ts';
import { selectRows } from '../data.ts';
import { elasticNetCox, type ElasticNetCoxInput, type ElasticNetCoxPath } from './elastic-net-cox.ts';
import { buildRiskSets, type RiskSets } from '../cox/risk-sets.ts';

export interface CrossValidatedElasticNetCox {
  /** The fit on all rows. */
  readonly path: ElasticNetCoxPath;
  /** Cross-validated partial-likelihood deviance per event at each lambda, lower is better; shape (m). */
  readonly deviance: Float64Array;
  /** Its standard error over folds, shape (m). */
  readonly standardError: Float64Array;
  /** Index of the lambda of least deviance. */
  readonly indexMin: number;
  /** Index of the largest lambda within one standard error of the least deviance. */
  readonly index1se: number;
}

/**
 * Elastic-net Cox path with the penalty chosen by cross-validated partial likelihood: a fold counts with the
 * likelihood of all rows less that of the rows it was fitted on, both at the fold's coefficients and both beside
 * the likelihood of a saturated model.
 *
 * @param input.foldIds shape (n); rows of one patient must share a fold, which is the caller's business
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for fewer than 2 folds; SURVIVAL_NO_EVENTS, also for a fold
 *   without an event; COX_NOT_CONVERGED
 * @see Verweij & van Houwelingen 1993, doi:10.1002/sim.4780122407; equals cv.glmnet(family = "cox",
 *   grouped = TRUE)
 */
export function crossValidatedElasticNetCox(
  input: ElasticNetCoxInput & { readonly foldIds: Int32Array },
): CrossValidatedElasticNetCox {
  const { foldIds, ...fitInput } = input;
  const path = elasticNetCox(fitInput);
  const folds = [...new Set(foldIds)].sort((a, b) => a - b);
  if (foldIds.length !== input.data.time.length || folds.length < 2) {
    throw new CdsError('SURVIVAL_INPUT_INVALID', 'foldIds needs one value a row and at least 2 folds');
  }
  const wholeSets = buildRiskSets(input.data, input.strata);
  const results = folds.map((fold) => foldDeviance(fitInput, path.lambdas, wholeSets, foldIds, fold));
  const totalEvents = results.reduce((sum, { events }) => sum + events, 0);
  const deviance = path.lambdas.map(
    (_, k) => results.reduce((sum, fold) => sum + fold.events * fold.perEvent[k]!, 0) / totalEvents,
  );
  const standardError = path.lambdas.map((_, k) => {
    const spread = results.reduce(
      (sum, fold) => sum + fold.events * (fold.perEvent[k]! - deviance[k]!) ** 2,
      0,
    );
    return Math.sqrt(spread / totalEvents / (folds.length - 1));
  });
  const indexMin = deviance.reduce((best, value, k) => (value < deviance[best]! ? k : best), 0);
  const index1se = deviance.findIndex((value) => value <= deviance[indexMin]! + standardError[indexMin]!);
  return { path, deviance, standardError, indexMin, index1se };
}

interface FoldDeviance {
  /** Weighted number of events in the fold. */
  readonly events: number;
  readonly perEvent: Float64Array;
}

/** Breslow's likelihood where those that die are certain to: 0 but for ties. */
const saturatedLogLikelihood = ({ groups, deaths }: RiskSets, weights: Float64Array): number => {
  let sum = 0;
  for (let g = 0; g < groups; g++) {
    let dying = 0;
    for (let k = deaths.start[g]!; k < deaths.start[g + 1]!; k++) dying += weights[deaths.rows[k]!]!;
    sum -= dying * Math.log(dying);
  }
  return sum;
};

const foldDeviance = (
  input: ElasticNetCoxInput,
  lambdas: Float64Array,
  wholeSets: RiskSets,
  foldIds: Int32Array,
  fold: number,
): FoldDeviance => {
  const { x, columns: p, data } = input;
  const weights = input.weights ?? new Float64Array(data.time.length).fill(1);
  const rows = Int32Array.from(foldIds.keys()).filter((row) => foldIds[row] !== fold);
  const events = weights.reduce(
    (sum, weight, row) => (foldIds[row] === fold && data.event[row] === 1 ? sum + weight : sum),
    0,
  );
  if (events === 0) throw new CdsError('SURVIVAL_NO_EVENTS', `fold ${fold} has no event`);
  const kept = {
    x: Float64Array.from(
      { length: rows.length * p },
      (_, at) => x[rows[Math.floor(at / p)]! * p + (at % p)]!,
    ),
    data: selectRows(data, rows),
    weights: Float64Array.from(rows, (row) => weights[row]!),
    ...(input.strata && { strata: Int32Array.from(rows, (row) => input.strata![row]!) }),
  };
  const fitted = elasticNetCox({ ...input, ...kept, lambdas });
  const saturated =
    saturatedLogLikelihood(wholeSets, weights) -
    saturatedLogLikelihood(buildRiskSets(kept.data, kept.strata), kept.weights);
  const perEvent = Float64Array.from(fitted.coefficients, (beta, k) => {
    const whole = breslowEtaDerivatives(wholeSets, weights, etaOf(x, beta)).logLikelihood;
    return (2 * (saturated - (whole - fitted.logLikelihoods[k]!))) / events;
  });
  return { events, perEvent };
};
