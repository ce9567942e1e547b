/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { type SurvivalData, validateSurvivalData } from '../../survival/index.ts';

/** How events at one time are handled, as R's coxph says it. */
export type CohortTies = 'breslow' | 'efron';

/** What a training step needs to know of the cohort beside the images; J columns, N rows of the batch. */
export interface CohortLossInputs {
  /** [J] Log of the sum of exp(eta) over those at risk who are not in the batch; -Infinity where nobody is. */
  readonly logOthersAtRisk: Float32Array;
  /** [N, J] 1 where a row of the batch is at risk at column j; with Efron, less the share that has gone. */
  readonly atRisk: Float32Array;
  /** [J] How many events column j counts; 0 in columns that are filled up. */
  readonly events: Float32Array;
  /** [N, 1] 1 where the row has its event. */
  readonly event: Float32Array;
  /** [N, 1] 0 in rows that are filled up. */
  readonly mask: Float32Array;
}

/**
 * The Cox partial likelihood of a cohort, of which a batch moves a part.
 *
 * With Breslow's ties a column is one distinct event time and counts its events; with Efron's a column is one event,
 * and the l-th of d tied events (l from 0) has each of the tied at risk by 1 - l / d.
 */
export interface CohortLoss {
  /** J, at least 1. */
  readonly columns: number;
  /** D, the cohort's events. */
  readonly totalEvents: number;
  /**
   * @param batch rows of the cohort, all different, at most `pairs`
   * @param eta (n) last known linear predictors of all; those of the batch are not read
   * @param pairs N of the training step
   * @param into the arrays of an earlier call, to be written again
   */
  inputs(
    batch: ArrayLike<number>,
    eta: ArrayLike<number>,
    pairs: number,
    into?: CohortLossInputs,
  ): CohortLossInputs;
  /**
   * Minus the log partial likelihood, over D. A step's `loss` is this without the eta of the events outside of the
   * batch: loss = negativeLogLikelihood(eta) + (sum of eta over the events outside) / D.
   */
  negativeLogLikelihood(eta: ArrayLike<number>): number;
}

export function createCohortLoss(data: SurvivalData, ties: CohortTies = 'breslow'): CohortLoss {
  validateSurvivalData(data);
  throw new CdsError('LEARNING_INPUT_INVALID', ties);
}
