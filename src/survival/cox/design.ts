/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import {
  refuse,
  requireClusters,
  requireCount,
  requireEvent,
  requireFinite,
  requireLength,
  requirePositive,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { requireFeasibleTies } from './exact-ties.ts';
import { buildRiskSets, type RiskSets } from './risk-sets.ts';
import { type CoxProblem, type Ties, tieSteps } from './sweep.ts';

export interface CoxInput {
  /** Covariates, shape (n, columns), row-major, finite. */
  readonly x: Float64Array;
  readonly columns: number;
  readonly data: SurvivalData;
  /** Shape (n): rows of different strata have different baselines. */
  readonly strata?: Int32Array;
  /** Shape (n), at least 2: rows of one cluster (a patient) are dependent; asks for the robust covariance. */
  readonly cluster?: Int32Array;
  /** Case weights, shape (n), positive; not with exact ties. */
  readonly weights?: Float64Array;
  readonly ties: Ties;
}

export interface CoxDesign {
  readonly problem: CoxProblem;
  /** What was taken off the covariates of each stratum, shape (strata, p). */
  readonly centre: Float64Array;
  /** What they were then divided by, shape (p). */
  readonly scale: Float64Array;
}

/**
 * What a fit, its residuals and its tests work on.
 *
 * Covariates are centred within each stratum, which the partial likelihood does not see and the digits do: a
 * covariate that is large only between strata keeps its precision.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, SURVIVAL_NO_EVENTS; COX_COLLINEAR for a column that is constant in
 *   every stratum, and for as many columns as rows
 */
export function coxDesign(input: CoxInput): CoxDesign {
  const { data, columns: p, ties } = input;
  const n = validateCoxInput(input);
  const sets = buildRiskSets(data, input.strata);
  if (ties === 'exact') requireFeasibleTies(sets, p);
  const weights = input.weights ?? new Float64Array(n).fill(1);
  const { x, centre, scale } = standardise(input.x, n, p, sets);
  const problem = { sets, x, columns: p, weights, ties, steps: tieSteps(sets, weights, ties) };
  return { problem, centre, scale };
}

const validateCoxInput = (input: CoxInput): number => {
  const { x, columns, data, strata, cluster, weights, ties } = input;
  const n = validateSurvivalData(data);
  requireEvent(data);
  requireCount(columns, 'columns');
  requireFinite(x, n * columns, 'x');
  if (weights !== undefined) requirePositive(weights, n, 'weights');
  requireLength(strata, n, 'strata');
  requireClusters(cluster, n);
  if (ties === 'exact') refuseWithExact(weights, cluster);
  if (columns >= n) {
    throw new CdsError(
      'COX_COLLINEAR',
      `${columns} columns cannot be estimated from ${n} rows: column ${n - 1} follows from those before it`,
    );
  }
  return n;
};

const refuseWithExact = (weights: Float64Array | undefined, cluster: Int32Array | undefined): void => {
  if (weights?.some((weight) => weight !== 1)) refuse("ties: 'exact' knows no case weights");
  if (cluster !== undefined) refuse("ties: 'exact' knows no clusters");
};

/** Centred at each stratum's mean, divided by the standard deviation about it. */
const standardise = (
  raw: Float64Array,
  n: number,
  p: number,
  { strata, stratumOfRow }: RiskSets,
): { x: Float64Array; centre: Float64Array; scale: Float64Array } => {
  const sizes = new Float64Array(strata.length);
  const centre = new Float64Array(strata.length * p);
  const [squares, largest] = [new Float64Array(p), new Float64Array(p)];
  for (let row = 0; row < n; row++) {
    const stratum = stratumOfRow[row]!;
    sizes[stratum] = sizes[stratum]! + 1;
    for (let j = 0; j < p; j++) {
      const value = raw[row * p + j]!;
      centre[stratum * p + j] = centre[stratum * p + j]! + value;
      largest[j] = Math.max(largest[j]!, Math.abs(value));
    }
  }
  for (let at = 0; at < centre.length; at++) centre[at] = centre[at]! / sizes[Math.floor(at / p)]!;
  const x = new Float64Array(n * p);
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < p; j++) {
      const value = raw[row * p + j]! - centre[stratumOfRow[row]! * p + j]!;
      x[row * p + j] = value;
      squares[j] = squares[j]! + value * value;
    }
  }
  const scale = squares.map((sum, j) => {
    const sd = deviation(sum / n, largest[j]!, j);
    if (sd > 0) return sd;
    const where = strata.length > 1 ? ' in every stratum' : '';
    throw new CdsError('COX_COLLINEAR', `column ${j} is constant${where}`);
  });
  for (let row = 0; row < n; row++) {
    for (let j = 0; j < p; j++) x[row * p + j] = x[row * p + j]! / scale[j]!;
  }
  return { x, centre, scale };
};

/** Outside of these a variance, or the covariance of a coefficient, over- or underflows. */
const [SMALLEST_SD, LARGEST_SD] = [1e-140, 1e140];

/**
 * The standard deviation of a column, 0 where it is constant but for rounding.
 *
 * @param variance about its mean
 * @param largest of its absolute values
 * @throws {CdsError} SURVIVAL_INPUT_INVALID where its unit is so small or so large that squares are lost
 */
export const deviation = (variance: number, largest: number, column: number): number => {
  const sd = Math.sqrt(variance);
  const representable = largest === 0 || largest > SMALLEST_SD;
  if (representable && sd <= 1e-13 * largest) return 0;
  if (representable && sd > SMALLEST_SD && sd < LARGEST_SD) return sd;
  return refuse(
    `x varies too ${sd > 1 ? 'much' : 'little'} in column ${column} to be squared: change its unit`,
  );
};
