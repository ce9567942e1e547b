/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { foldsOf, rowsOf } from './input.ts';
import {
  logisticElasticNet,
  type LogisticElasticNetInput,
  type LogisticElasticNetPath,
  predictLogOdds,
} from './logistic-elastic-net.ts';

export interface CrossValidatedLogisticElasticNet {
  /** The fit on all rows. */
  readonly path: LogisticElasticNetPath;
  /** Held-out deviance a row at each lambda, lower is better; shape (m). */
  readonly deviance: Float64Array;
  /** Its standard error over folds, shape (m). */
  readonly standardError: Float64Array;
  /** Index of the lambda of least deviance. */
  readonly indexMin: number;
  /** Index of the largest lambda within one standard error of the least deviance. */
  readonly index1se: number;
}

/** Probabilities are held this far from 0 and 1, as glmnet's deviance has it. */
const LEAST_PROBABILITY = 1e-5;

const devianceOf = (logOdds: number, label: number): number => {
  const p = 1 / (1 + Math.exp(-logOdds));
  const held = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, p));
  return -2 * (label === 1 ? Math.log(held) : Math.log1p(-held));
};

/**
 * Logistic elastic net with the penalty chosen by cross-validated deviance. Without lambdas of the caller's the path
 * is that of all rows, and every fold uses it.
 *
 * @param input.foldIds shape (n); rows of one person must share a fold, which is the caller's business
 * @throws {CdsError} LEARNING_INPUT_INVALID, also for fewer than 2 folds or a fold whose other rows have one class
 *   only; LEARNING_NOT_CONVERGED
 * @see equals cv.glmnet(family = "binomial", type.measure = "deviance") on the same folds
 */
export function crossValidatedLogisticElasticNet(
  input: LogisticElasticNetInput & { readonly foldIds: ArrayLike<number> },
): CrossValidatedLogisticElasticNet {
  const { foldIds, ...fitInput } = input;
  const n = input.labels.length;
  const folds = foldsOf(foldIds, n);
  const path = logisticElasticNet(fitInput);
  const weights = input.weights ?? new Float64Array(n).fill(1);
  const all = Array.from({ length: n }, (_, row) => row);
  const perFold = folds.map((fold) => {
    const training = all.filter((row) => foldIds[row] !== fold);
    const held = all.filter((row) => foldIds[row] === fold);
    const fit = logisticElasticNet({
      ...fitInput,
      ...rowsOf(input, training),
      weights: Float64Array.from(training, (row) => weights[row]!),
      lambdas: path.lambdas,
    });
    const { x } = rowsOf(input, held);
    const weight = held.reduce((sum, row) => sum + weights[row]!, 0);
    const mean = path.lambdas.map((_, k) => {
      const predicted = predictLogOdds(fit, k, x);
      const sum = held.reduce(
        (total, row, at) => total + weights[row]! * devianceOf(predicted[at]!, input.labels[row]!),
        0,
      );
      return sum / weight;
    });
    return { weight, mean };
  });
  const total = perFold.reduce((sum, { weight }) => sum + weight, 0);
  const deviance = path.lambdas.map((_, k) =>
    perFold.reduce((sum, { weight, mean }) => sum + (weight / total) * mean[k]!, 0),
  );
  const standardError = path.lambdas.map((_, k) => {
    const spread = perFold.reduce(
      (sum, { weight, mean }) => sum + (weight / total) * (mean[k]! - deviance[k]!) ** 2,
      0,
    );
    return Math.sqrt(spread / (folds.length - 1));
  });
  const indexMin = deviance.reduce((best, value, k) => (value < deviance[best]! ? k : best), 0);
  const index1se = deviance.findIndex((value) => value <= deviance[indexMin]! + standardError[indexMin]!);
  return { path, deviance, standardError, indexMin, index1se };
}
