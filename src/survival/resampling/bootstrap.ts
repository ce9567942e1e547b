/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError, type ErrorCode } from '../../domain/index.ts';
import type { Random } from '../../numerics/index.ts';
import { refuse, requireCount, requireFinite } from '../data.ts';
import {
  drawUnits,
  type Resample,
  resampleOf,
  type SamplingDesign,
  type SamplingUnits,
  samplingUnits,
} from './resample.ts';

export interface BootstrapInput extends SamplingDesign {
  /**
   * One or several numbers of a (re)sample; of the data themselves, all counts are 1. What it throws for want of
   * events, for separation, collinearity or non-convergence, and what is not finite, has the sample drawn again.
   */
  readonly statistic: (resample: Resample) => ArrayLike<number>;
  /** Its state isn't used: resample b is a stream of its own, forked by b. */
  readonly random: Random;
  /** Default 1000. */
  readonly resamples?: number;
  /** How often a resample may be drawn, the first time counted, before the bootstrap gives up; default 20. */
  readonly attempts?: number;
  /** Also leave out each patient in turn, which the BCa interval needs; default false. */
  readonly jackknife?: boolean;
}

export interface Bootstrap {
  /** The statistic of the data, shape (k). */
  readonly estimate: Float64Array;
  /** Shape (resamples, k), row-major. */
  readonly replicates: Float64Array;
  /** Draws that failed and were drawn again. Many of them: the intervals are of the samples that did not fail. */
  readonly redrawn: number;
  /** With `jackknife`: the statistic without each cluster, shape (clusters, k), and the strata of the clusters. */
  readonly leaveOneOut?: { readonly values: Float64Array; readonly strata: readonly Int32Array[] };
}

const REDRAWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'SURVIVAL_NO_EVENTS',
  'COX_COLLINEAR',
  'COX_SEPARATED',
  'COX_NOT_CONVERGED',
]);

/**
 * The bootstrap of patients: seeded, clustered, and stratified by event if so asked.
 *
 * Resample b depends on the seed and b only: neither on how many are drawn, nor in which order or thread.
 *
 * @throws {CdsError} SURVIVAL_INPUT_INVALID, also where the statistic is not finite; where a resample fails
 *   `attempts` times, the code of its last failure, with its number
 * @see Efron 1979, doi:10.1214/aos/1176344552; Davison & Hinkley 1997, doi:10.1017/CBO9780511802843
 */
export function bootstrap(input: BootstrapInput): Bootstrap {
  const { resamples = 1000, attempts = 20 } = input;
  requireCount(resamples, 'resamples');
  requireCount(attempts, 'attempts');
  const units = samplingUnits(input);
  const estimate = evaluate(input.statistic, units, new Int32Array(units.start.length - 1).fill(1));
  const k = estimate.length;
  const statistic = (resample: Resample): ArrayLike<number> => {
    const value = input.statistic(resample);
    if (value.length !== k)
      refuse(`the statistic of a resample has ${value.length} numbers, that of the data ${k}`);
    return value;
  };
  const replicates = new Float64Array(resamples * k);
  let redrawn = 0;
  for (let b = 0; b < resamples; b++) {
    const drawn = replicate({ statistic, units, random: input.random.fork(`resample ${b}`), attempts, b });
    redrawn += drawn.redrawn;
    replicates.set(drawn.value, b * k);
  }
  return {
    estimate,
    replicates,
    redrawn,
    ...(input.jackknife === true && {
      leaveOneOut: { values: leaveOneOut(statistic, units, k), strata: units.strata },
    }),
  };
}

const evaluate = (
  statistic: BootstrapInput['statistic'],
  units: SamplingUnits,
  counts: Int32Array,
): Float64Array => {
  const value = Float64Array.from(statistic(resampleOf(units, counts)));
  if (value.length === 0) refuse('the statistic has no numbers');
  requireFinite(value, value.length, 'the statistic');
  return value;
};

interface Draw {
  readonly statistic: BootstrapInput['statistic'];
  readonly units: SamplingUnits;
  readonly random: Random;
  readonly attempts: number;
  readonly b: number;
}

/** The value, or why there is none. Errors that another draw wouldn't heal are thrown. */
const tryOnce = ({ statistic, units, random }: Draw): Float64Array | CdsError => {
  const counts = drawUnits(units, random);
  if (units.hasEvent !== undefined && !counts.some((count, unit) => count > 0 && units.hasEvent![unit] === 1))
    return new CdsError('SURVIVAL_NO_EVENTS', 'no row that was drawn has an event');
  try {
    const value = Float64Array.from(statistic(resampleOf(units, counts)));
    if (value.every(Number.isFinite)) return value;
    return new CdsError('SURVIVAL_INPUT_INVALID', 'the statistic is not finite');
  } catch (error) {
    if (error instanceof CdsError && REDRAWN.has(error.code)) return error;
    throw error;
  }
};

const replicate = (draw: Draw): { value: Float64Array; redrawn: number } => {
  let failure: CdsError | undefined;
  for (let attempt = 0; attempt < draw.attempts; attempt++) {
    const value = tryOnce(draw);
    if (!(value instanceof CdsError)) return { value, redrawn: attempt };
    failure = value;
  }
  const why = failure?.detail ?? '';
  throw new CdsError(
    failure?.code ?? 'SURVIVAL_INPUT_INVALID',
    `resample ${draw.b} failed ${draw.attempts} times; the last time: ${why}`,
  );
};

const leaveOneOut = (
  statistic: BootstrapInput['statistic'],
  units: SamplingUnits,
  k: number,
): Float64Array => {
  const clusters = units.start.length - 1;
  const values = new Float64Array(clusters * k);
  const counts = new Int32Array(clusters).fill(1);
  for (let unit = 0; unit < clusters; unit++) {
    counts[unit] = 0;
    values.set(evaluate(statistic, units, counts), unit * k);
    counts[unit] = 1;
  }
  return values;
};
