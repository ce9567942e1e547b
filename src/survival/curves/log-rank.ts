/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { chiSquareUpperTail, cholesky, choleskySolve, normalUpperTail } from '../../numerics/index.ts';
import {
  refuse,
  requireEvent,
  requireFinite,
  requireLength,
  type SurvivalData,
  validateSurvivalData,
} from '../data.ts';
import { type LogRankSums, logRankSums } from './log-rank-sums.ts';

/**
 * What an event at t counts. S(t-) is the Kaplan-Meier estimate of all groups together (within the stratum) just
 * before t, r the number at risk there.
 *
 * - `log-rank` 1: the most powerful under proportional hazards
 * - `fleming-harrington` S(t-)^rho (1 - S(t-))^gamma: rho > 0 weighs early differences (rho 1 is Peto and Peto's
 *   Wilcoxon test), gamma > 0 late ones
 * - `gehan-breslow` r, which censoring moves too; `tarone-ware` its square root
 */
export type LogRankWeight =
  | { readonly kind: 'log-rank' }
  | { readonly kind: 'fleming-harrington'; readonly rho: number; readonly gamma?: number }
  | { readonly kind: 'gehan-breslow' }
  | { readonly kind: 'tarone-ware' };

export interface LogRankInput {
  readonly data: SurvivalData;
  /** Shape (n), any whole numbers; at least 2 groups of at least 2 rows. */
  readonly groups: Int32Array;
  /** Shape (n): groups are compared within strata, and the comparisons summed. */
  readonly strata?: Int32Array;
  /** Default `log-rank`. */
  readonly weight?: LogRankWeight;
  /** One a group, ascending by group: asks for the test for trend over them. */
  readonly scores?: Float64Array;
}

export interface LogRank {
  /** The groups, ascending, shape (k). */
  readonly groups: Int32Array;
  /** Rows of each, shape (k). */
  readonly sizes: Int32Array;
  /** Weighted events, shape (k). */
  readonly observed: Float64Array;
  /** Those expected if all groups had one hazard, shape (k). More observed than expected: a worse outcome. */
  readonly expected: Float64Array;
  /** Of observed - expected, shape (k, k), row-major; its rows sum to 0. */
  readonly covariance: Float64Array;
  readonly chiSquare: number;
  /** Groups ever at risk at an event, less 1. */
  readonly degreesOfFreedom: number;
  readonly pValue: number;
  /** With `scores`: z positive where events come earlier as the score rises; two-sided p. */
  readonly trend?: { readonly z: number; readonly pValue: number };
}

/**
 * Log-rank test of k groups and its weighted relatives, stratified or not, with delayed entry. O(n log n + m k^2) for m
 * event times.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also for one group, a group of one row, or groups that are never at risk
 *   together; SURVIVAL_NO_EVENTS
 * @see Mantel 1966; Fleming & Harrington 1982, doi:10.1093/biomet/69.3.553; Gehan 1965, doi:10.2307/2333825; Tarone &
 *   Ware 1977, doi:10.1093/biomet/64.1.156; equals R's survdiff(rho =), and with delayed entry the score test of
 *   coxph(ties = "exact")
 */
export function logRankTest(input: LogRankInput): LogRank {
  const { data, scores } = input;
  const { groups, sizes, index } = checkedGroups(input);
  requireEvent(data);
  const sums = logRankSums({ ...input, index, count: groups.length, weightOf: weightFunction(input.weight) });
  const { chiSquare, degreesOfFreedom } = quadraticForm(sums);
  return {
    groups,
    sizes,
    observed: sums.observed,
    expected: sums.expected,
    covariance: sums.covariance,
    chiSquare,
    degreesOfFreedom,
    pValue: chiSquareUpperTail(chiSquare, degreesOfFreedom),
    ...(scores && { trend: trendOf(sums, scores) }),
  };
}

const checkedGroups = ({ data, groups, strata }: LogRankInput) => {
  const n = validateSurvivalData(data);
  requireLength(groups, n, 'groups');
  requireLength(strata, n, 'strata');
  const distinct = Int32Array.from(new Set(groups.slice().sort()));
  if (distinct.length < 2) refuse('groups has one value only: there is nothing to compare');
  const position = new Map(Array.from(distinct, (group, k) => [group, k]));
  const index = groups.map((group) => position.get(group)!);
  const sizes = new Int32Array(distinct.length);
  for (const k of index) sizes[k]!++;
  const small = sizes.findIndex((size) => size < 2);
  if (small >= 0) refuse(`group ${distinct[small]!} has 1 row; 2 are needed`);
  return { groups: distinct, sizes, index };
};

const power = (base: number, exponent: number): number => (exponent === 0 ? 1 : base ** exponent);

type WeightFunction = (survivalBefore: number, atRisk: number) => number;

const flemingHarrington = (rho: number, gamma: number): WeightFunction => {
  // A negative power would be infinite at S = 0 or 1.
  if (![rho, gamma].every((exponent) => Number.isFinite(exponent) && exponent >= 0))
    refuse(`rho is ${rho} and gamma ${gamma}; both must be at least 0`);
  return (survivalBefore) => power(survivalBefore, rho) * power(1 - survivalBefore, gamma);
};

const weightFunction = (weight: LogRankWeight = { kind: 'log-rank' }): WeightFunction => {
  switch (weight.kind) {
    case 'log-rank':
      return () => 1;
    case 'gehan-breslow':
      return (_, atRisk) => atRisk;
    case 'tarone-ware':
      return (_, atRisk) => Math.sqrt(atRisk);
    case 'fleming-harrington':
      return flemingHarrington(weight.rho, weight.gamma ?? 0);
  }
};

/** (O - E)' V^- (O - E), over the groups that were ever at risk at an event, but one: the others follow. */
const quadraticForm = ({ observed, expected, covariance }: LogRankSums) => {
  const k = observed.length;
  const used = Array.from(expected.keys()).filter((j) => expected[j]! > 0);
  const kept = used.slice(1);
  const size = kept.length;
  const difference = Float64Array.from(kept, (j) => observed[j]! - expected[j]!);
  const matrix = Float64Array.from(
    kept.flatMap((row) => kept.map((column) => covariance[row * k + column]!)),
  );
  const factor = cholesky(matrix, size);
  if (size === 0 || factor.singularColumn >= 0)
    refuse(
      'no event of any weight sets the groups apart: some are never at risk together, or all end at once',
    );
  const solution = choleskySolve(factor, difference);
  return {
    chiSquare: difference.reduce((sum, value, j) => sum + value * solution[j]!, 0),
    degreesOfFreedom: size,
  };
};

const trendOf = (
  { observed, expected, covariance }: LogRankSums,
  scores: Float64Array,
): { z: number; pValue: number } => {
  const k = observed.length;
  requireFinite(scores, k, 'scores');
  const mean = scores.reduce((sum, score) => sum + score, 0) / k;
  const centred = scores.map((score) => score - mean);
  // What the variance is a difference of: less than its last digits are rounding.
  let [numerator, variance, largest] = [0, 0, 0];
  for (let i = 0; i < k; i++) {
    numerator += centred[i]! * (observed[i]! - expected[i]!);
    largest += centred[i]! ** 2 * covariance[i * k + i]!;
    for (let j = 0; j < k; j++) variance += centred[i]! * centred[j]! * covariance[i * k + j]!;
  }
  if (!(variance > 1e-12 * largest))
    refuse('scores are the same for all groups that are ever at risk together');
  const z = numerator / Math.sqrt(variance);
  return { z, pValue: 2 * normalUpperTail(Math.abs(z)) };
};
