/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../domain/index.ts';
import { quantileOfSorted } from '../../numerics/index.ts';
import type { LabelledSamples } from './samples.ts';

export interface PreprocessingSettings {
  /** Probabilistic quotient normalisation against the training samples' median. */
  readonly quotientNormalisation: boolean;
  /** A feature that more than this share of the training samples lacks is left out. */
  readonly missingShare: number;
  /** Nearest training samples whose mean stands for a missing value; 0: the training mean. */
  readonly neighbours: number;
}

/** What was learned from the training samples of one matrix. */
export interface Preprocessing<M extends string> {
  readonly matrix: M;
  /** Columns kept, of the features given. */
  readonly kept: Int32Array;
  /** Of log values after normalisation, a kept column each. */
  readonly mean: Float64Array;
  readonly sd: Float64Array;
  /** Median log value of each kept column, for the quotients. */
  readonly reference?: Float64Array;
  /** Training samples as they come out, NaN where missing: the neighbours. */
  readonly training: Float64Array;
  readonly neighbours: number;
}

const median = (values: number[]): number => quantileOfSorted(Float64Array.from(values).sort(), 0.5);

/** Log values of the kept columns; what is not positive was not measured. */
const logValues = ({ x, features }: LabelledSamples<string>, kept: ArrayLike<number>): Float64Array => {
  const p = features.length;
  const n = x.length / p;
  const out = new Float64Array(n * kept.length);
  for (let row = 0; row < n; row++) {
    for (let k = 0; k < kept.length; k++) {
      const value = x[row * p + kept[k]!]!;
      out[row * kept.length + k] = value > 0 ? Math.log(value) : NaN;
    }
  }
  return out;
};

const columnValues = (x: Float64Array, columns: number, column: number): number[] => {
  const values: number[] = [];
  for (let at = column; at < x.length; at += columns) if (!Number.isNaN(x[at])) values.push(x[at]!);
  return values;
};

/** Takes each sample's dilution off it: the median over features of its log quotients to the reference. */
const normaliseQuotients = (x: Float64Array, reference: Float64Array): void => {
  const p = reference.length;
  for (let start = 0; start < x.length; start += p) {
    const quotients = Array.from(reference, (value, k) => x[start + k]! - value).filter(
      (q) => !Number.isNaN(q),
    );
    if (quotients.length === 0) continue;
    const dilution = median(quotients);
    for (let k = 0; k < p; k++) x[start + k] = x[start + k]! - dilution;
  }
};

/** Distance of two samples: root mean square over the features that both have. */
const distance = (a: Float64Array, b: Float64Array): number => {
  let [sum, count] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const difference = a[k]! - b[k]!;
    if (Number.isNaN(difference)) continue;
    sum += difference ** 2;
    count++;
  }
  return count === 0 ? Infinity : Math.sqrt(sum / count);
};

const imputeRow = (row: Float64Array, training: Float64Array, neighbours: number): void => {
  if (!row.some(Number.isNaN)) return;
  const p = row.length;
  const near = Array.from({ length: neighbours === 0 ? 0 : training.length / p }, (_, at) =>
    training.subarray(at * p, (at + 1) * p),
  )
    .map((sample) => ({ sample, far: distance(row, sample) }))
    .filter(({ far }) => far > 0)
    .sort((a, b) => a.far - b.far);
  for (let k = 0; k < p; k++) {
    if (!Number.isNaN(row[k])) continue;
    const values = near
      .flatMap(({ sample }) => (Number.isNaN(sample[k]) ? [] : [sample[k]!]))
      .slice(0, neighbours);
    // Autoscaled: the training mean is 0.
    row[k] = values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  }
};

/** @throws {CdsError} LEARNING_INPUT_INVALID where no feature is left */
export function learnPreprocessing<M extends string>(
  training: LabelledSamples<M>,
  { quotientNormalisation, missingShare, neighbours }: PreprocessingSettings,
): Preprocessing<M> {
  const p = training.features.length;
  const n = training.labels.length;
  const logs = logValues(
    training,
    Array.from({ length: p }, (_, j) => j),
  );
  const usable = Int32Array.from({ length: p }, (_, j) => j).filter((j) => {
    const values = columnValues(logs, p, j);
    return n - values.length <= missingShare * n && values.some((value) => value !== values[0]);
  });
  if (usable.length === 0)
    throw new CdsError('LEARNING_INPUT_INVALID', 'no feature was measured in enough samples');
  const x = logValues(training, usable);
  const q = usable.length;
  const reference = Float64Array.from({ length: q }, (_, k) => median(columnValues(x, q, k)));
  if (quotientNormalisation) normaliseQuotients(x, reference);
  const [mean, sd] = [new Float64Array(q), new Float64Array(q)];
  for (let k = 0; k < q; k++) {
    const values = columnValues(x, q, k);
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    mean[k] = centre;
    sd[k] =
      Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1)) || 1;
  }
  const scaled = x.map((value, at) => (value - mean[at % q]!) / sd[at % q]!);
  return {
    matrix: training.matrix,
    kept: usable,
    mean,
    sd,
    ...(quotientNormalisation && { reference }),
    training: scaled,
    neighbours,
  };
}

/**
 * Samples as the learners take them: log, normalised, autoscaled and completed, all by what the training samples said.
 *
 * @returns shape (samples, kept columns), row-major, finite
 * @throws {CdsError} LEARNING_INPUT_INVALID for samples of another matrix
 */
export function preprocess<M extends string>(
  learned: Preprocessing<M>,
  samples: LabelledSamples<NoInfer<M>>,
): Float64Array {
  if (samples.matrix !== learned.matrix)
    throw new CdsError('LEARNING_INPUT_INVALID', `a model of ${learned.matrix} is not for ${samples.matrix}`);
  const { kept, mean, sd, reference, training, neighbours } = learned;
  const x = logValues(samples, kept);
  if (reference !== undefined) normaliseQuotients(x, reference);
  const q = kept.length;
  for (let at = 0; at < x.length; at++) x[at] = (x[at]! - mean[at % q]!) / sd[at % q]!;
  for (let start = 0; start < x.length; start += q)
    imputeRow(x.subarray(start, start + q), training, neighbours);
  return x;
}
