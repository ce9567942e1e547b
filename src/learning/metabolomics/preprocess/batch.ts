/* eslint-disable @typescript-eslint/no-non-null-assertion -- typed arrays indexed within their bounds */
import { CdsError } from '../../../domain/index.ts';
import { medianOfMeasured } from './quotient.ts';

const refuse = (detail: string): never => {
  throw new CdsError('LEARNING_INPUT_INVALID', detail);
};

/** Rows of each batch, in the order of first appearance. */
const rowsByBatch = (logs: Float64Array, columns: number, batch: readonly string[]): number[][] => {
  if (batch.length * columns !== logs.length)
    refuse(`batch has ${String(batch.length)} values, logs ${String(logs.length / columns)} rows`);
  const rows = new Map<string, number[]>();
  batch.forEach((name, row) => {
    rows.set(name, [...(rows.get(name) ?? []), row]);
  });
  return [...rows.values()];
};

/**
 * Moves each batch's median of each analyte to the overall median: the plainest correction of a laboratory's
 * batches, for designs in which batches hold the same mix of patients.
 *
 * @param logs shape (n, columns), row-major; NaN = missing
 * @param batch shape (n)
 */
export function centreBatches(logs: Float64Array, columns: number, batch: readonly string[]): Float64Array {
  const batches = rowsByBatch(logs, columns, batch);
  const result = logs.slice();
  const all = Array.from(batch.keys());
  for (let j = 0; j < columns; j++) {
    const medianOf = (rows: readonly number[]): number =>
      medianOfMeasured(Float64Array.from(rows, (i) => logs[i * columns + j]!));
    const overall = medianOf(all);
    for (const rows of batches) {
      const shift = medianOf(rows) - overall;
      for (const i of rows) result[i * columns + j] = logs[i * columns + j]! - shift;
    }
  }
  return result;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** n - 1. */
const variance = (values: readonly number[]): number => {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1);
};

interface Standardised {
  readonly z: Float64Array;
  readonly centre: Float64Array;
  readonly sd: Float64Array;
}

/** By the batch-size weighted mean of the batch means, and the pooled standard deviation within batches. */
const standardise = (logs: Float64Array, columns: number, batches: readonly number[][]): Standardised => {
  const n = logs.length / columns;
  const centre = new Float64Array(columns);
  const sd = new Float64Array(columns);
  for (const rows of batches)
    for (let j = 0; j < columns; j++) {
      const own = rows.map((i) => logs[i * columns + j]!);
      const level = mean(own);
      centre[j] = centre[j]! + (level * rows.length) / n;
      sd[j] = sd[j]! + own.reduce((sum, value) => sum + (value - level) ** 2, 0) / n;
    }
  for (let j = 0; j < columns; j++) {
    sd[j] = Math.sqrt(sd[j]!);
    if (!(sd[j]! > 0)) refuse(`column ${String(j)} is constant within every batch`);
  }
  const z = logs.map((value, at) => (value - centre[at % columns]!) / sd[at % columns]!);
  return { z, centre, sd };
};

interface BatchPrior {
  readonly location: number;
  readonly locationVariance: number;
  readonly shape: number;
  readonly rate: number;
}

/** Normal for the shifts, inverse gamma for the variances, by moments over the analytes. */
const priorOf = (shifts: readonly number[], variances: readonly number[]): BatchPrior => {
  const [m, s2] = [mean(variances), variance(variances)];
  return {
    location: mean(shifts),
    locationVariance: variance(shifts),
    shape: (2 * s2 + m * m) / s2,
    rate: (m * s2 + m ** 3) / s2,
  };
};

const CONVERGED = 1e-10;
const MAX_ITERATIONS = 1000;

/** The posterior shift and variance of one analyte in one batch. */
const shrink = (
  values: readonly number[],
  { location, locationVariance, shape, rate }: BatchPrior,
): readonly [shift: number, spread: number] => {
  const n = values.length;
  const own = mean(values);
  let [shift, spread] = [own, variance(values)];
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const nextShift = (n * locationVariance * own + spread * location) / (n * locationVariance + spread);
    const squares = values.reduce((sum, value) => sum + (value - nextShift) ** 2, 0);
    const nextSpread = (rate + squares / 2) / (n / 2 + shape - 1);
    const change = Math.abs(nextShift - shift) + Math.abs(nextSpread - spread);
    [shift, spread] = [nextShift, nextSpread];
    if (change < CONVERGED) return [shift, spread];
  }
  throw new CdsError('LEARNING_NOT_CONVERGED', 'the shift and spread of a batch do not settle');
};

/**
 * Empirical-Bayes batch correction (ComBat): each batch's shift and spread of each analyte, shrunk towards what the
 * batch does to all analytes, are taken away.
 *
 * @param logs shape (n, columns), row-major, nothing missing (impute first)
 * @param batch shape (n); at least 2 rows a batch
 * @throws {CdsError} LEARNING_INPUT_INVALID: a missing value, a batch of one row, fewer than 2 analytes, an analyte
 *   that is constant; LEARNING_NOT_CONVERGED
 * @see Johnson 2007, doi:10.1093/biostatistics/kxj037 (parametric, no covariates)
 */
export function combat(logs: Float64Array, columns: number, batch: readonly string[]): Float64Array {
  const batches = rowsByBatch(logs, columns, batch);
  if (columns < 2) refuse('the prior needs at least 2 analytes');
  if (!logs.every(Number.isFinite)) refuse('logs has a value that is missing or infinite');
  if (batches.some((rows) => rows.length < 2)) refuse('a batch has a single row');
  if (batches.length === 1) return logs.slice();
  const { z, centre, sd } = standardise(logs, columns, batches);
  const result = new Float64Array(logs.length);
  for (const rows of batches) {
    const own = Array.from({ length: columns }, (_, j) => rows.map((i) => z[i * columns + j]!));
    const prior = priorOf(own.map(mean), own.map(variance));
    own.forEach((values, j) => {
      const [shift, spread] = shrink(values, prior);
      rows.forEach((i, k) => {
        result[i * columns + j] = (sd[j]! * (values[k]! - shift)) / Math.sqrt(spread) + centre[j]!;
      });
    });
  }
  return result;
}
