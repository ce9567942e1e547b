/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { chiSquareUpperTail, cholesky, choleskySolve, normalUpperTail } from '../../numerics/index.ts';
import { criticalValue } from '../curves/intervals.ts';
import type { CoxFit } from './cox.ts';

export interface ChiSquareTest {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/** Tests that all coefficients are 0. */
export interface CoxTests {
  readonly likelihoodRatio: ChiSquareTest;
  /** With the robust covariance where the fit has one. */
  readonly wald: ChiSquareTest;
  readonly score: ChiSquareTest;
  /** Where the fit has clusters. */
  readonly robustScore?: ChiSquareTest;
}

/**
 * Likelihood-ratio, Wald and score tests of a Cox fit. Likelihood ratio and score take rows for independent.
 *
 * @throws {CdsError} COX_COLLINEAR where the robust covariance is singular: as few clusters as columns
 * @see equals summary(coxph): logtest, waldtest, sctest, robscore
 */
export function coxTests(fit: CoxFit): CoxTests {
  const p = fit.coefficients.length;
  const test = (statistic: number): ChiSquareTest => ({
    statistic,
    degreesOfFreedom: p,
    pValue: chiSquareUpperTail(statistic, p),
  });
  return {
    likelihoodRatio: test(Math.max(0, 2 * (fit.logLikelihood.fitted - fit.logLikelihood.null))),
    wald: test(waldStatistic(fit)),
    score: test(fit.scoreStatistic),
    ...(fit.robustScoreStatistic !== undefined && { robustScore: test(fit.robustScoreStatistic) }),
  };
}

const waldStatistic = ({ coefficients, covariance, robustCovariance }: CoxFit): number => {
  const factor = cholesky(robustCovariance ?? covariance, coefficients.length);
  if (factor.singularColumn >= 0) {
    throw new CdsError(
      'COX_COLLINEAR',
      `the covariance is singular from column ${factor.singularColumn} on: more clusters are needed than columns`,
    );
  }
  return choleskySolve(factor, coefficients).reduce((sum, value, j) => sum + value * coefficients[j]!, 0);
};

export interface HazardRatio {
  /** exp(coefficient): above 1 means earlier events. */
  readonly hazardRatio: number;
  readonly lower: number;
  readonly upper: number;
  /** Of the coefficient; robust where the fit has clusters. */
  readonly standardError: number;
  readonly z: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * Hazard ratio of each column with its Wald interval on the log scale.
 *
 * @param level confidence, in (0, 1); default 0.95
 * @throws {CdsError} SURVIVAL_INPUT_INVALID
 * @see equals summary(coxph, conf.int = level)
 */
export function hazardRatios(fit: CoxFit, level = 0.95): HazardRatio[] {
  const p = fit.coefficients.length;
  const width = criticalValue(level);
  const covariance = fit.robustCovariance ?? fit.covariance;
  return Array.from(fit.coefficients, (coefficient, j) => {
    const standardError = Math.sqrt(covariance[j * p + j]!);
    const z = coefficient / standardError;
    return {
      hazardRatio: Math.exp(coefficient),
      lower: Math.exp(coefficient - width * standardError),
      upper: Math.exp(coefficient + width * standardError),
      standardError,
      z,
      pValue: 2 * normalUpperTail(Math.abs(z)),
    };
  });
}
