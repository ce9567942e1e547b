/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';
import { refuse, requireCount, requireMatrix } from './input.ts';
import { kMeans } from './k-means.ts';
import { expectation, type MixtureParameters } from './mixture-density.ts';
import { maximisation, type MixtureProblem } from './mixture-step.ts';

export interface MixtureSettings {
  /** Starts, of which the most likely is taken; 10 where not given. */
  readonly restarts?: number;
  /** Of each start; 1000 where not given. */
  readonly maximumIterations?: number;
  /** A start ends when its log-likelihood grows by less than this a row; 1e-8 where not given. */
  readonly tolerance?: number;
  /**
   * Added to every variance, as a share of the column's variance over all rows (so that it does not depend on units;
   * scikit-learn's reg_covar is absolute); 1e-6 where not given.
   */
  readonly regularisation?: number;
  /** Responsibilities to start from, shape (n, components), rows of sum 1; there is then this start only. */
  readonly start?: Float64Array;
}

export interface MixtureInput extends MixtureSettings {
  /** Shape (n, columns), row-major, finite. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly components: number;
  /** Each component has its own variances (mclust's VVI), or its own whole covariance matrix (VVV). */
  readonly covariance: 'diagonal' | 'full';
  readonly random: Random;
}

export interface GaussianMixture extends MixtureParameters {
  /** P(component | row), shape (n, components). */
  readonly responsibilities: Float64Array;
  /** The likeliest component of each row, shape (n). */
  readonly labels: Int32Array;
  readonly logLikelihood: number;
  /** Of the start that was taken. */
  readonly iterations: number;
  /** How many numbers were estimated. */
  readonly parameters: number;
  /** -2 logLikelihood + parameters log n: LOWER is better, as in scikit-learn (mclust's has the other sign). */
  readonly bic: number;
  /** -2 logLikelihood + 2 parameters; lower is better. */
  readonly aic: number;
  /** Starts that were given up because a component collapsed, or that did not converge. */
  readonly failedStarts: number;
}

interface Fitted {
  readonly parameters: MixtureParameters;
  readonly responsibilities: Float64Array;
  readonly logLikelihood: number;
  readonly iterations: number;
}

type Limits = Required<Pick<MixtureSettings, 'maximumIterations' | 'tolerance'>>;

/** EM from the responsibilities, which are used up; or why it led nowhere. */
const climb = (
  problem: MixtureProblem,
  responsibilities: Float64Array,
  { maximumIterations, tolerance }: Limits,
): Fitted | 'collapsed' | 'not-converged' => {
  const enough = (tolerance * problem.x.length) / problem.columns;
  let before = -Infinity;
  for (let iterations = 1; iterations <= maximumIterations; iterations++) {
    const parameters = maximisation(problem, responsibilities);
    if (parameters === undefined) return 'collapsed';
    const logLikelihood = expectation(parameters, problem.x, responsibilities);
    if (logLikelihood - before < enough) return { parameters, responsibilities, logLikelihood, iterations };
    before = logLikelihood;
  }
  return 'not-converged';
};

/** The share that a start spreads over all components, so that a group of one row is no collapsed component. */
const SPREAD = 0.1;

const startFrom = (problem: MixtureProblem, random: Random): Float64Array => {
  const { x, columns, components } = problem;
  const { labels } = kMeans({ x, columns, k: components, random, restarts: 1 });
  const start = new Float64Array(labels.length * components).fill(SPREAD / components);
  labels.forEach((label, row) => {
    start[row * components + label]! += 1 - SPREAD;
  });
  return start;
};

const columnVariances = (x: Float64Array, columns: number): Float64Array => {
  const n = x.length / columns;
  return Float64Array.from({ length: columns }, (_, column) => {
    let [mean, sum] = [0, 0];
    for (let at = column; at < x.length; at += columns) mean += x[at]! / n;
    for (let at = column; at < x.length; at += columns) sum += (x[at]! - mean) ** 2;
    if (x.every((value, at) => at % columns !== column || value === x[column]))
      refuse(`column ${column} of x is constant`);
    return sum / n;
  });
};

const checkedStart = (start: Float64Array, n: number, components: number): Float64Array => {
  if (start.length !== n * components) refuse(`start has ${start.length} values, not ${n} x ${components}`);
  for (let row = 0; row < n; row++) {
    const shares = start.subarray(row * components, (row + 1) * components);
    const sum = shares.reduce((total, share) => total + share, 0);
    if (!(Math.abs(sum - 1) < 1e-6) || shares.some((share) => share < 0))
      refuse(`start of row ${row} is no distribution over the components`);
  }
  return start.slice();
};

const problemOf = (input: MixtureInput): MixtureProblem => {
  const { x, columns, components, covariance, regularisation = 1e-6 } = input;
  const n = requireMatrix(x, columns);
  requireCount(components, 'components', n, 'rows');
  if (n < 2) refuse('x has one row only');
  if (!(regularisation >= 0 && Number.isFinite(regularisation)))
    refuse(`regularisation is ${regularisation}, not a finite number from 0 on`);
  const variances = columnVariances(x, columns);
  const floor = variances.map((variance) => variance * regularisation);
  return { x, columns, components, covariance, floor, variances };
};

const parameterCount = ({ components, columns, covariance }: MixtureProblem): number => {
  const spread = covariance === 'diagonal' ? columns : (columns * (columns + 1)) / 2;
  return components - 1 + components * (columns + spread);
};

const argMax = (responsibilities: Float64Array, components: number): Int32Array =>
  Int32Array.from({ length: responsibilities.length / components }, (_, row) => {
    const shares = responsibilities.subarray(row * components, (row + 1) * components);
    return shares.indexOf(shares.reduce((greatest, share) => Math.max(greatest, share), 0));
  });

/** @throws {CdsError} LEARNING_NOT_CONVERGED */
const failed = (starts: number, collapsed: number, { maximumIterations }: Limits): never => {
  const detail =
    collapsed > 0
      ? `in ${collapsed} of ${starts} starts a component collapsed onto too few or equal rows: ` +
        'ask for fewer components, a diagonal covariance, or more regularisation'
      : `no start converged within ${maximumIterations} iterations: allow more, or a greater tolerance`;
  throw new CdsError('LEARNING_NOT_CONVERGED', `Gaussian mixture: ${detail}`);
};

/**
 * A mixture of normal distributions, by EM from several k-means++ starts.
 *
 * A start in which a component collapses (its variance in a column, given those before it, falls to the
 * regularisation: the likelihood has no maximum there) is given up for the next. The order of the components follows
 * the first rows that belong to them in the k-means start.
 *
 * @throws {CdsError} LEARNING_INPUT_INVALID: a constant column, more components than different rows, a value that is
 *   not finite; LEARNING_NOT_CONVERGED: no start came to an end, with what to do
 * @see Dempster, Laird & Rubin 1977, doi:10.1111/j.2517-6161.1977.tb01600.x; equals R's mclust::me (VVI, VVV) from
 *   the same start without regularisation
 */
export function gaussianMixture(input: MixtureInput): GaussianMixture {
  const problem = problemOf(input);
  const { x, columns, components } = problem;
  const n = x.length / columns;
  const limits = { maximumIterations: input.maximumIterations ?? 1000, tolerance: input.tolerance ?? 1e-8 };
  requireCount(limits.maximumIterations, 'maximumIterations');
  const restarts = input.start === undefined ? (input.restarts ?? 10) : 1;
  requireCount(restarts, 'restarts');
  const given = input.start === undefined ? undefined : checkedStart(input.start, n, components);
  let best: Fitted | undefined;
  const failures = { collapsed: 0, 'not-converged': 0 };
  for (let start = 0; start < restarts; start++) {
    const fitted = climb(problem, given ?? startFrom(problem, input.random.fork(start)), limits);
    if (typeof fitted === 'string') failures[fitted]++;
    else if (best === undefined || fitted.logLikelihood > best.logLikelihood) best = fitted;
  }
  if (best === undefined) return failed(restarts, failures.collapsed, limits);
  const { logLikelihood, responsibilities, iterations } = best;
  const parameters = parameterCount(problem);
  return {
    ...best.parameters,
    responsibilities,
    labels: argMax(responsibilities, components),
    logLikelihood,
    iterations,
    parameters,
    bic: -2 * logLikelihood + parameters * Math.log(n),
    aic: -2 * logLikelihood + 2 * parameters,
    failedStarts: failures.collapsed + failures['not-converged'],
  };
}

/**
 * P(component | row) of other rows, their likeliest components, and their log-likelihood.
 *
 * @param x shape (n, columns of the mixture), row-major, finite
 * @returns responsibilities of shape (n, components), labels of shape (n)
 * @throws {CdsError} LEARNING_INPUT_INVALID
 */
export function predictMixture(
  mixture: MixtureParameters,
  x: Float64Array,
): { responsibilities: Float64Array; labels: Int32Array; logLikelihood: number } {
  const n = requireMatrix(x, mixture.columns);
  const responsibilities = new Float64Array(n * mixture.components);
  const logLikelihood = expectation(mixture, x, responsibilities);
  return { responsibilities, labels: argMax(responsibilities, mixture.components), logLikelihood };
}
